// What the pickers of the site answer, for tests/test_pickers.py: node tests/pickers.js FOLDER.
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");
const deskrec = require("../site/pickers.js");

const folder = process.argv[2];
for (const file of ["model.js", "toy.js"])
  vm.runInNewContext(fs.readFileSync(path.join(folder, file), "utf8"), { deskrec });
const asked = JSON.parse(fs.readFileSync(path.join(folder, "asked.json"), "utf8"));

const model = new deskrec.Model(deskrec.data);
const pairs = (listed) => listed.map(({ column, score }) => [column, score]);
const people = model.people.map((_, row) => model.read(row));
const answers = { similar: {}, least: [], trained: {} };
for (const by of ["cosine", "dot"])
  answers.similar[by] = model.articles.map((_, column) => pairs(model.similar(column, by)));
answers.least = asked.least.map(([column, by, n, least]) =>
  pairs(model.similar(column, by, n, least)));
answers.folded = people.map((readings) => pairs(model.foldIn(readings)));
answers.parts = people.map((readings, row) =>
  model.contributions(readings, answers.folded[row].map(([column]) => column)));
answers.reasons = people.map((readings) => model.reasons(readings));
for (const alpha of asked.alphas) {
  for (const _ of model.train(alpha));
  const fit = model.fits.get(alpha);
  answers.trained[alpha] = { y: [...fit.y],
    folded: people.map((readings) => pairs(model.foldIn(readings, 10, fit))) };
}
answers.found = asked.queries.map((query) => {
  const found = model.searcher.find(query);
  return [found, model.searcher.sentence(query, found.length)];
});
answers.labels = model.articles.map((_, column) => model.searcher.label(column));
answers.steps = deskrec.toy.alphas.map((alpha) => {
  const steps = new deskrec.Steps(deskrec.toy, alpha);
  return { ...steps, best: steps.losses.map((_, at) => steps.bestUnread(at)) };
});
answers.bowls = asked.bowls.map(([article, strength, numbers]) => {
  const bowl = new deskrec.Bowl(deskrec.toy.bowl).change(article, strength, numbers);
  return { bottom: bowl.bottom, loss: bowl.loss(bowl.bottom), ring: bowl.ring(25) };
});
answers.numbers = asked.numbers.map((x) => [0, 1, 2, 3].map((d) => deskrec.fixed(x, d))
  .concat(deskrec.short(x)));
fs.writeFileSync(path.join(folder, "answers.json"), JSON.stringify(answers));
