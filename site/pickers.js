// @ts-check
/**
 * The course's pickers without a kernel: the maths, the views and the controls of
 * deskrec_tutorial/widgets, in plain JavaScript and in the reader's browser.
 *
 * A classic script, so that it also runs from a disk. `site/model.py` writes what it knows.
 */
"use strict";

const deskrec = (() => {

// ------------------------------------------------------------------ numbers and words

/** Round to whole numbers as NumPy does, halves to even. @param {number} x */
const rint = (x) => {
  const near = Math.round(x);
  return Math.abs(x % 1) === 0.5 && near % 2 !== 0 ? near - 1 : near;
};

/** Round to some decimals as `numpy.round`. @param {number} x @param {number} decimals */
const rounded = (x, decimals) => rint(x * 10 ** decimals) / 10 ** decimals;

/** "{:,.3f}" of Python: exact halves go to the even digit. @param {number} x @param {number} d */
const fixed = (x, d) => {
  const half = Number.isInteger(x * 2 ** (d + 1)) && Math.abs((x * 10 ** d) % 1) === 0.5;
  const [whole, decimals] = (half ? rounded(x, d) : x).toFixed(d).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), decimals].filter(Boolean).join(".");
};

/** "{:g}" of Python, for numbers of everyday size. @param {number} x */
const short = (x) => String(Number(x.toPrecision(6)));

/** "1,234". @param {number} x */
const count = (x) => fixed(x, 0);

/** "1 reader", "1,234 readers". @param {number} x @param {string} thing */
const some = (x, thing) => `${count(x)} ${thing}${x === 1 ? "" : "s"}`;

/** Blanks as one, none around it. @param {string} text */
const tidy = (text) => text.split(/\s+/).filter(Boolean).join(" ");

/** Text without case and accents. @param {string} text */
const folded = (text) =>
  text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("ß", "ss");

/** Whole numbers from 0. @param {number} n */
const range = (n) => Array.from({ length: n }, (_, i) => i);

/** @param {ArrayLike<number>} values */
function total(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

// ------------------------------------------------------------------ linear algebra

/** The product of row `i` of `a` and row `j` of `b`, both of `k` columns.
 * @param {ArrayLike<number>} a @param {number} i
 * @param {ArrayLike<number>} b @param {number} j @param {number} k */
function dot(a, i, b, j, k) {
  let sum = 0;
  for (let f = 0, p = i * k, q = j * k; f < k; f++) sum += a[p + f] * b[q + f];
  return sum;
}

/** YᵀY + λI, for rows of `k` numbers. @param {Float64Array} y @param {number} k
 * @param {number} regularization */
function gram(y, k, regularization) {
  const a = new Float64Array(k * k);
  for (let row = 0; row < y.length; row += k)
    for (let i = 0; i < k; i++)
      for (let j = 0; j < k; j++) a[i * k + j] += y[row + i] * y[row + j];
  for (let i = 0; i < k; i++) a[i * k + i] += regularization;
  return a;
}

/** The lower triangle L of a = L Lᵀ, in place. @param {Float64Array} a @param {number} k */
function cholesky(a, k) {
  for (let j = 0; j < k; j++)
    for (let i = j; i < k; i++) {
      let sum = a[i * k + j];
      for (let f = 0; f < j; f++) sum -= a[i * k + f] * a[j * k + f];
      a[i * k + j] = i === j ? Math.sqrt(sum) : sum / a[j * k + j];
    }
  return a;
}

/** The x with L Lᵀ x = b. @param {Float64Array} lower @param {ArrayLike<number>} b
 * @param {number} k */
function solved(lower, b, k) {
  const x = Float64Array.from(b);
  for (let i = 0; i < k; i++) {
    for (let f = 0; f < i; f++) x[i] -= lower[i * k + f] * x[f];
    x[i] /= lower[i * k + i];
  }
  for (let i = k - 1; i >= 0; i--) {
    for (let f = i + 1; f < k; f++) x[i] -= lower[f * k + i] * x[f];
    x[i] /= lower[i * k + i];
  }
  return x;
}

/** One person's (or article's) equations against the fixed side: their left side, factorised,
 * and the right one. `confidence` is of the pairs in `rows`; unread pairs count 1.
 * @param {Float64Array} y @param {Float64Array} squared YᵀY + λI @param {number} k
 * @param {ArrayLike<number>} rows @param {ArrayLike<number>} confidence */
function equations(y, squared, k, rows, confidence) {
  const left = Float64Array.from(squared), right = new Float64Array(k);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] * k, c = confidence[at];
    for (let i = 0; i < k; i++) {
      right[i] += c * y[row + i];
      for (let j = 0; j <= i; j++) left[i * k + j] += (c - 1) * y[row + i] * y[row + j];
    }
  }
  return { lower: cholesky(left, k), right };
}

// ------------------------------------------------------------------ the model

/** @typedef {{alpha: number, y: Float64Array, squared: Float64Array}} Fit articles of one alpha */
/** @typedef {{columns: number[], strengths: number[]}} Readings */
/** @typedef {{column: number, score: number}} Listed */
/** @typedef {{column: number, score: number, readings: {column: number, part: number}[],
 *   others: [number, number], against: [number, number], gain: number}} Reasons */

const ARRAYS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f4: Float32Array,
  f8: Float64Array };

/** Numbers that `packed` of model.py wrote. @param {{kind: keyof typeof ARRAYS, base64: string}} packed
 * @returns {Float64Array} */
function unpacked({ kind, base64 }) {
  const raw = atob(base64), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return Float64Array.from(new ARRAYS[kind](bytes.buffer));
}

/** The `n` columns with the highest scores, ties in the order of the columns.
 * @param {Float64Array} scores @param {number} n @param {(column: number) => boolean} allowed
 * @returns {Listed[]} */
function best(scores, n, allowed) {
  /** @type {Listed[]} */
  const listed = [];
  for (let column = 0; column < scores.length; column++) {
    const score = scores[column];
    if ((listed.length === n && score <= listed[n - 1].score) || !allowed(column)) continue;
    let at = listed.length;
    while (at && listed[at - 1].score < score) at--;
    listed.splice(at, 0, { column, score });
    if (listed.length > n) listed.pop();
  }
  return listed;
}

/** What people read, the articles' vectors, and every question that chapters 4 and 5 ask. */
class Model {
  /** @param {any} data what model.py wrote */
  constructor(data) {
    this.data = data;
    /** @type {string[]} */ this.articles = data.articles;
    /** @type {string[]} */ this.titles = data.titles.map(tidy);
    /** @type {string[]} */ this.people = data.people;
    this.k = data.settings.factors;
    this.starts = unpacked(data.starts);
    this.columns = unpacked(data.columns);
    this.strengths = unpacked(data.strengths);
    this.readers = new Float64Array(this.articles.length);
    for (const column of this.columns) this.readers[column]++;
    this.columnOf = new Map(this.articles.map((id, column) => [id, column]));
    this.rowOf = new Map(this.people.map((id, row) => [id, row]));
    this.placed = unpacked(data.placed);
    this.places = unpacked(data.places);
    const first = this.fit(data.settings.alpha, unpacked(data.y));
    /** @type {Map<number, Fit>} */ this.fits = new Map([[first.alpha, first]]);
    this.first = first;
    this.norms = Float64Array.from(this.articles, (_, i) =>
      Math.sqrt(dot(first.y, i, first.y, i, this.k)) || 1e-10);
    this.searcher = new Searcher(this);
  }

  /** @param {number} alpha @param {Float64Array} y @returns {Fit} */
  fit(alpha, y) {
    return { alpha, y, squared: gram(y, this.k, this.data.settings.regularization) };
  }

  /** What the person in a row has read, in the order of the columns. @param {number} row
   * @returns {Readings} */
  read(row) {
    const [start, end] = [this.starts[row], this.starts[row + 1]];
    return { columns: [...this.columns.subarray(start, end)],
      strengths: [...this.strengths.subarray(start, end)] };
  }

  /** `dr.similar_articles`, without the article itself.
   * @param {number} column @param {string} by "cosine" or "dot" @param {number} n
   * @param {number} least readers */
  similar(column, by, n = 10, least = 1) {
    const { y } = this.first;
    const scores = Float64Array.from(this.articles, (_, i) => {
      const score = dot(y, i, y, column, this.k);
      return rounded(by === "dot" ? score : score / this.norms[i] / this.norms[column], 6);
    });
    return best(scores, n, (i) => i !== column && this.readers[i] >= least);
  }

  /** @param {Readings} readings @param {Fit} fit */
  equations({ columns, strengths }, fit) {
    return equations(fit.y, fit.squared, this.k, columns, strengths.map((r) => fit.alpha * r));
  }

  /** `dr.fold_in`: unread articles for somebody who has read this. It is `dr.recommend`, too: the
   * last half-step of `fit_als` solved for everybody in this way.
   * @param {Readings} readings @param {number} n @param {Fit} fit */
  foldIn(readings, n = 10, fit = this.first) {
    const { lower, right } = this.equations(readings, fit);
    const person = solved(lower, right, this.k), read = new Set(readings.columns);
    const scores = Float64Array.from(this.articles, (_, i) =>
      rounded(dot(fit.y, i, person, 0, this.k), 9));
    return best(scores, n, (i) => !read.has(i));
  }

  /** `dr.explain` for some articles: what each reading adds to the score of each.
   * @param {Readings} readings @param {number[]} wanted columns @param {Fit} fit */
  contributions(readings, wanted, fit = this.first) {
    const { lower } = this.equations(readings, fit), { y, alpha } = fit, k = this.k;
    return wanted.map((column) => {
      const weighted = solved(lower, y.subarray(column * k, column * k + k), k);
      return readings.columns.map((read, at) =>
        dot(y, read, weighted, 0, k) * alpha * readings.strengths[at]);
    });
  }

  /** The recommendations for some readings, each with its reasons.
   * @param {Readings} readings @param {number} n @param {Fit} fit */
  reasons(readings, n = 10, fit = this.first) {
    const columns = this.foldIn(readings, n, fit).map((listed) => listed.column);
    const parts = this.contributions(readings, columns, fit);
    return columns.map((column, i) => reasonsOf(column, readings.columns, parts[i]));
  }

  /** Train some rounds further with another alpha, from where the model stands; yields after each
   * round, and at last remembers the fit. @param {number} alpha */
  *train(alpha) {
    const { k, first, starts, columns, strengths } = this;
    const people = range(this.people.length).map((row) => this.read(row));
    const x = new Float64Array(this.people.length * k), y = first.y.slice();
    people.forEach((readings, row) => {
      const { lower, right } = this.equations(readings, first);
      x.set(solved(lower, right, k), row * k);
    });
    const confidence = strengths.map((r) => alpha * r);
    const byUser = { starts, columns, confidence };
    const byItem = transposed(byUser, this.articles.length);
    for (let round = 0; round < this.data.settings.rounds; round++) {
      nearer(byUser, x, y, k, this.data.settings.regularization);
      nearer(byItem, y, x, k, this.data.settings.regularization);
      yield round + 1;
    }
    this.fits.set(alpha, this.fit(alpha, y));
  }
}

/** @typedef {{starts: Float64Array, columns: Float64Array, confidence: Float64Array}} Pairs */

/** @param {Pairs} pairs @param {number} width @returns {Pairs} */
function transposed({ starts, columns, confidence }, width) {
  const turned = { starts: new Float64Array(width + 1), columns: new Float64Array(columns.length),
    confidence: new Float64Array(columns.length) };
  for (const column of columns) turned.starts[column + 1]++;
  for (let i = 0; i < width; i++) turned.starts[i + 1] += turned.starts[i];
  const next = turned.starts.slice();
  for (let row = 0; row + 1 < starts.length; row++)
    for (let at = starts[row]; at < starts[row + 1]; at++) {
      const place = next[columns[at]]++;
      turned.columns[place] = row;
      turned.confidence[place] = confidence[at];
    }
  return turned;
}

/** A half-step as `implicit` takes it: three steps of conjugate gradients for each row of `x`
 * (Takács et al. 2011) in place of a solution.
 * @param {Pairs} pairs @param {Float64Array} x @param {Float64Array} y @param {number} k
 * @param {number} regularization */
function nearer(pairs, x, y, k, regularization) {
  const { starts, columns, confidence } = pairs, q = new Float64Array(k);
  const squared = gram(y, k, Math.fround(regularization));
  for (let row = 0; row + 1 < starts.length; row++) {
    const own = x.subarray(row * k, row * k + k), r = new Float64Array(k);
    for (let at = starts[row]; at < starts[row + 1]; at++)
      for (let i = 0; i < k; i++) r[i] += confidence[at] * y[columns[at] * k + i];
    product(squared, pairs, row, y, own, q);
    for (let i = 0; i < k; i++) r[i] -= q[i];
    const p = r.slice();
    let old = dot(r, 0, r, 0, k);
    for (let step = 0; step < 3 && old >= 1e-20; step++) {
      product(squared, pairs, row, y, p, q);
      const length = old / dot(p, 0, q, 0, k);
      for (let i = 0; i < k; i++) { own[i] += length * p[i]; r[i] -= length * q[i]; }
      const now = dot(r, 0, r, 0, k);
      for (let i = 0; i < k; i++) p[i] = r[i] + (now / old) * p[i];
      old = now;
    }
  }
}

/** The left side of a row's equations times the vector `v`, into `q`.
 * @param {Float64Array} squared @param {Pairs} pairs @param {number} row
 * @param {Float64Array} y @param {Float64Array} v @param {Float64Array} q */
function product(squared, { starts, columns, confidence }, row, y, v, q) {
  const k = v.length, end = starts[row + 1];
  for (let i = 0; i < k; i++) q[i] = dot(squared, i, v, 0, k);
  for (let at = starts[row]; at < end; at++) {
    const other = columns[at] * k, c = (confidence[at] - 1) * dot(y, columns[at], v, 0, k);
    for (let i = 0; i < k; i++) q[i] += c * y[other + i];
  }
}

/** Parts that add up to a score, to the last printed digit: up to three readings by name.
 * @param {number} column @param {number[]} columns @param {number[]} parts @returns {Reasons} */
function reasonsOf(column, columns, parts) {
  const three = (/** @type {number} */ value) => Number(fixed(value, 3).replaceAll(",", ""));
  const order = range(parts.length).sort((a, b) => parts[b] - parts[a] || a - b);
  const named = order.slice(0, 3).filter((i) => parts[i] > 0);
  const rest = range(parts.length).filter((i) => !named.includes(i)).map((i) => parts[i]);
  const [up, down] = [rest.filter((v) => v >= 0), rest.filter((v) => v < 0)];
  const readings = named.map((i) => ({ column: columns[i], part: three(parts[i]) }));
  let others = three(total(up));
  const against = three(total(down)), score = three(total(parts));
  // The sum must be true: what rounding lost goes to the readings without a name, if it can.
  const lost = score - total(readings.map((r) => r.part)) - others - against;
  if (up.length && others + lost >= 0) others = three(others + lost);
  else if (readings.length) readings[0].part = three(readings[0].part + lost);
  const gain = total(readings.map((r) => r.part)) + others;
  return { column, score, readings, others: [up.length, others], against: [down.length, against],
    gain };
}

// ------------------------------------------------------------------ search

const MOST = 60; // titles in a list

/** The articles of a model, to be searched and to be named. */
class Searcher {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    const { readers } = model;
    this.order = range(readers.length).sort((a, b) => readers[b] - readers[a] || a - b);
    this.folded = model.titles.map(folded);
    /** @type {Map<string, number>} */ this.times = new Map();
    for (const title of this.folded) this.times.set(title, (this.times.get(title) ?? 0) + 1);
  }

  /** Title and readers, and the id where it is asked for or two have the same title.
   * @param {number} column @param {boolean} withId */
  label(column, withId = false) {
    const { titles, readers, articles } = this.model;
    const twice = (this.times.get(this.folded[column]) ?? 0) > 1;
    const id = withId || twice ? `, id ${articles[column]}` : "";
    return `${titles[column]} (${some(readers[column], "reader")}${id})`;
  }

  /** The column of the article whose whole id was typed. @param {string} query */
  named(query) {
    return this.model.columnOf.get(query) ?? this.model.columnOf.get(query.trim());
  }

  /** Columns whose title holds every word, most read first; before them that of a typed id.
   * @param {string} query */
  find(query) {
    const named = this.named(query), words = folded(query).split(/\s+/).filter(Boolean);
    const found = this.order.filter((column) =>
      column !== named && words.every((word) => this.folded[column].includes(word)));
    return named === undefined ? found : [named, ...found];
  }

  /** What was found, in words. @param {string} typed @param {number} number */
  sentence(typed, number) {
    const query = typed.trim();
    if (!number)
      return `No title has all of these words: ${query}. It is no article's id, either.`;
    if (this.named(typed) !== undefined)
      return `The article with this id${number > 1 ? `, and in ${count(number - 1)} titles` : ""}`;
    if (number === 1) return "1 title has these words";
    return `${count(number)} ${query ? "titles have these words" : "articles"}` +
      (number > MOST ? `, the ${MOST} most read are listed` : "");
  }
}

// ------------------------------------------------------------------ pieces of a page

/** @typedef {Node | string} Piece */

/** An element: `tag` may name classes ("p.note"); text stays text, whatever it holds.
 * @param {string} tag @param {Object<string, any>} [attributes] @param {Piece[]} pieces */
function h(tag, attributes = {}, ...pieces) {
  const [name, ...classes] = tag.split(".");
  return filled(document.createElement(name), classes, attributes, pieces);
}

/** The same for SVG. @param {string} tag @param {Object<string, any>} attributes
 * @param {Piece[]} pieces */
function svg(tag, attributes, ...pieces) {
  const [name, ...classes] = tag.split(".");
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), classes, attributes,
    pieces);
}

/** @template {Element} E
 * @param {E} element @param {string[]} classes @param {Object<string, any>} attributes
 * @param {Piece[]} pieces @returns {E} */
function filled(element, classes, attributes, pieces) {
  if (classes.length) element.classList.add(...classes);
  for (const [name, value] of Object.entries(attributes))
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : String(value));
  element.append(...pieces);
  return element;
}

/** @param {string} text */
const heading = (text) => h("p.deskrec-heading", {}, text);
/** @param {string} text */
const sentence = (text) => h("p", {}, text);
/** A sentence that is read out when it is new. @param {string} text */
const news = (text) => h("p.deskrec-said", {}, text);
/** @param {Piece[]} pieces */
const part = (...pieces) => h("div", {}, ...pieces);
/** Parts next to each other where there is room. @param {Element[]} parts */
const sideBySide = (...parts) => h("div.deskrec-parts", {}, ...parts);

/** A bar over a share of the width that there is. @param {number} share @param {string} colour */
const bar = (share, colour = "blue") =>
  h("div.deskrec-bar", { style: `width:${(100 * Math.min(Math.max(share, 0), 1)).toFixed(1)}%;` +
    `background:${paint(colour)}` });

/** A colour of the theme in hand. @param {string} name */
const paint = (name) => name.startsWith("current") ? name : `var(--deskrec-${name})`;

/** @type {Object<string, string>} */
const KINDS = { "#": ".deskrec-number", "~": ".deskrec-bars" };

/** A table; columns named "#…" hold numbers, "~" bars, one without a name is no header.
 * @param {string[]} columns @param {Piece[][]} rows @param {string[]} widths */
function table(columns, rows, widths) {
  const kind = (/** @type {number} */ i) => KINDS[columns[i][0]] ?? "";
  const head = columns.map((column, i) => {
    const name = column.replace(/^[#~]/, "");
    return h((name ? "th" : "td") + kind(i), { style: `width:${widths[i]}`,
      ...(name && { scope: "col" }) }, name);
  });
  const body = rows.map((row) =>
    h("tr", {}, ...row.map((cell, i) => h("td" + kind(i), {}, cell))));
  return h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...body));
}

// ------------------------------------------------------------------ drawings

/** @typedef {[number, number]} Place */
/** @typedef {(pixels: (at: Place) => Place) => SVGElement} Shape */

const EDGE = 24; // around a drawing, pixels

/** Many faint points, as one path, always at the same pixels. @param {Place[]} places
 * @returns {Shape} */
function dots(places) {
  let d = ""; // of thousands of points, written once
  return (pixels) => {
    d ||= places.map((at) => `M${inPixels(pixels(at))}h0`).join("");
    return svg("path.deskrec-dots", { d });
  };
}

/** A way from place to place. @param {Place[]} way @returns {Shape} */
const line = (way, colour = "currentColor", opacity = 1, width = 1) => (pixels) =>
  svg("path", { d: `M${way.map((at) => inPixels(pixels(at))).join("L")}`, fill: "none",
    style: `stroke:${paint(colour)};stroke-opacity:${opacity};stroke-width:${width}` });

/** @param {Place} at */
const inPixels = ([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** @typedef {{shape: "o" | "s" | "D", size: number, colour: string, filled?: boolean,
 *   edge?: number, code?: string, name?: string, before?: Place}} Look */

/** A circle, square or diamond with a code in it; it moves there from `before`.
 * @param {Place} at @param {Look} look @returns {Shape} */
const mark = (at, { shape, size, colour, filled = true, edge = 1, code, name, before }) =>
  (pixels) => {
    const [x, y] = pixels(at), half = size / 2, ink = paint(filled ? `${colour}-fill` : colour);
    const style = filled ? `fill:${ink};stroke:#fff` : `fill:none;stroke:${ink}`;
    const outline = shape === "o" ? svg("circle", { r: half, style, "stroke-width": edge })
      : svg("rect", { x: -half, y: -half, width: size, height: size, rx: size / 10, style,
          "stroke-width": edge, ...(shape === "D" && { transform: "rotate(45)" }) });
    const pieces = [...(name ? [svg("title", {}, name)] : []), outline];
    if (code) pieces.push(svg("text", { y: 4, style: `fill:${filled ? "#fff" : ink};` +
      `font-weight:${filled ? 600 : 400}` }, code));
    const inner = svg("g", {}, ...pieces);
    if (before) {
      const [left, top] = pixels(before);
      inner.classList.add("deskrec-point");
      inner.setAttribute("style",
        `--x:${(left - x).toFixed(1)}px;--y:${(top - y).toFixed(1)}px`);
    }
    return svg("g", { transform: `translate(${inPixels([x, y])})` }, inner);
  };

/** Shapes as a drawing of that width and at `most` that height, a unit as long both ways.
 * @param {string} label @param {Shape[]} shapes @param {[Place, Place]} corners
 * @param {number} width @param {number} most
 * @param {(distance: (at: Place) => number) => void} [touched] called with the distance in pixels
 *   from where somebody touches it */
function drawing(label, shapes, [low, high], width, most, touched) {
  const span = [0, 1].map((i) => Math.max(high[i] - low[i], 1e-9));
  const scale = Math.min((width - 2 * EDGE) / span[0], (most - 2 * EDGE) / span[1]);
  const height = scale * span[1] + 2 * EDGE;
  const margin = [(width - scale * span[0]) / 2, (height - scale * span[1]) / 2];
  /** @type {(at: Place) => Place} */
  const pixels = ([x, y]) =>
    [margin[0] + scale * (x - low[0]), height - margin[1] - scale * (y - low[1])];
  const drawn = svg("svg.deskrec-drawing", { viewBox: `0 0 ${width} ${height.toFixed(0)}`,
    role: "img", "aria-label": label, style: `max-width:${width}px`, onclick: click },
  ...shapes.map((shape) => shape(pixels)));
  /** @param {MouseEvent} event */
  function click({ clientX, clientY }) {
    const box = drawn.getBoundingClientRect(), unit = width / box.width;
    const [x, y] = [unit * (clientX - box.left), unit * (clientY - box.top)];
    touched?.((at) => Math.hypot(pixels(at)[0] - x, pixels(at)[1] - y) / unit);
  }
  return drawn;
}

/** The lowest and the highest of some places. @param {Place[]} places @returns {[Place, Place]} */
function cornersOf(places) {
  /** @param {(...values: number[]) => number} which @returns {Place} */
  const each = (which) => [which(...places.map(([x]) => x)), which(...places.map(([, y]) => y))];
  return [each(Math.min), each(Math.max)];
}

/** A quantile, as `numpy.quantile`. @param {number[]} values @param {number} q */
function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b), at = q * (sorted.length - 1);
  const low = Math.floor(at), high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

// ------------------------------------------------------------------ controls

let made = 0;
const unique = () => `deskrec-${++made}`;

/** Buttons of which one is pressed. @param {string} name @param {[string, string][]} options
 * value and label @param {string} chosen @param {(value: string) => void} changed */
function radios(name, options, chosen, changed) {
  const group = unique();
  const inputs = options.map(([value]) => h("input", { type: "radio", name: group, value,
    checked: value === chosen, onchange: () => changed(value) }));
  const labels = options.map(([, label], i) =>
    h("label", {}, inputs[i], h("span", {}, label)));
  const field = h("fieldset.deskrec-radios", {}, h("legend", {}, name), ...labels);
  return {
    element: field,
    /** @param {string} value */
    set(value) {
      for (const input of inputs) /** @type {HTMLInputElement} */ (input).checked =
        input.getAttribute("value") === value;
    },
    focus: () => inputs.find((input) => /** @type {HTMLInputElement} */ (input).checked)?.focus(),
    /** @param {boolean} off */
    disable: (off) => { /** @type {HTMLFieldSetElement} */ (field).disabled = off; },
  };
}

/** A slider and its number. @param {string} name @param {number[]} ends least, most, step
 * @param {number} value @param {(value: number) => void} changed
 * @param {(value: number) => string} form */
function slider(name, [min, max, step], value, changed, form = count) {
  const id = unique(), shown = h("span", { "aria-hidden": "true" }, form(value));
  const input = /** @type {HTMLInputElement} */ (h("input", { type: "range", id, min, max, step,
    value, oninput: () => {
      shown.textContent = form(input.valueAsNumber);
      changed(input.valueAsNumber);
    } }));
  return {
    element: h("div.deskrec-slider", {}, h("label", { for: id }, name), input, shown),
    /** @param {number} now */
    set(now) { input.value = String(now); shown.textContent = form(now); },
  };
}

/** Type words in "Search", pick a title in "Article": a combobox whose list is always open. */
class Finder {
  /** @param {Searcher} searcher @param {number} column
   * @param {() => void} changed called with another choice */
  constructor(searcher, column, changed) {
    this.searcher = searcher;
    this.changed = changed;
    /** @type {number | null} */ this.column = column;
    /** @type {number[]} */ this.listed = [];
    const ids = { search: unique(), list: unique() };
    this.search = /** @type {HTMLInputElement} */ (h("input", { id: ids.search, type: "search",
      role: "combobox", "aria-expanded": "true", "aria-controls": ids.list, autocomplete: "off",
      "aria-autocomplete": "list", placeholder: "words of the title, in any order, or a whole id",
      oninput: () => this.fill(), onkeydown: (/** @type {KeyboardEvent} */ e) => this.key(e) }));
    // It scrolls, which would make it a stop of Tab where the arrows choose nothing.
    this.list = h("ul", { id: ids.list, role: "listbox", "aria-label": "Article", tabindex: -1,
      onclick: (/** @type {PointerEvent} */ e) => this.click(e) });
    this.note = h("p.deskrec-note", { role: "status" });
    this.element = h("div.deskrec-finder", {}, h("label", { for: ids.search }, "Search"),
      this.search, h("span", { "aria-hidden": "true" }, "Article"), this.list, this.note);
    this.fill(false);
  }

  /** List what the search finds; what was chosen stays so as long as it is found, unless somebody
   * types the id of another. @param {boolean} tell */
  fill(tell = true) {
    const { searcher, search } = this, before = this.column;
    const found = searcher.find(search.value), named = searcher.named(search.value);
    const keep = named ?? before;
    this.listed = found.slice(0, MOST);
    if (keep !== null && found.includes(keep) && !this.listed.includes(keep))
      this.listed = [keep, ...this.listed.slice(0, -1)];
    this.column = keep !== null && this.listed.includes(keep) ? keep : this.listed[0] ?? null;
    this.list.replaceChildren(...this.listed.map((column) =>
      h("li", { role: "option", id: unique() }, searcher.label(column, column === named))));
    this.note.textContent = searcher.sentence(search.value, found.length);
    this.show();
    if (tell && this.column !== before) this.changed();
  }

  /** Mark the chosen title, and bring it into view. */
  show() {
    this.search.removeAttribute("aria-activedescendant");
    this.listed.forEach((column, i) => {
      const option = /** @type {HTMLElement} */ (this.list.children[i]);
      option.setAttribute("aria-selected", String(column === this.column));
      if (column !== this.column) return;
      this.search.setAttribute("aria-activedescendant", option.id);
      const list = /** @type {HTMLElement} */ (this.list), top = option.offsetTop - list.offsetTop;
      if (top < list.scrollTop || top + option.offsetHeight > list.scrollTop + list.clientHeight)
        list.scrollTop = top - option.offsetHeight;
    });
  }

  /** @param {number | null} column */
  choose(column) {
    if (column === null || column === undefined || column === this.column) return;
    this.column = column;
    if (this.listed.includes(column)) this.show();
    else { this.search.value = ""; this.fill(false); }
    this.changed();
  }

  /** @param {PointerEvent} event */
  click(event) {
    const option = /** @type {Element} */ (event.target).closest("li");
    if (option) this.choose(this.listed[[...this.list.children].indexOf(option)]);
    if (event.pointerType !== "touch") this.search.focus(); // or a phone shows its keyboard
  }

  /** The arrows go through the titles. @param {KeyboardEvent} event */
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 }[event.key];
    if (!step || this.column === null) return;
    event.preventDefault();
    const at = this.listed.indexOf(this.column) + step;
    this.choose(this.listed[Math.min(Math.max(at, 0), this.listed.length - 1)]);
  }
}

// ------------------------------------------------------------------ a picker

/** Controls above their result, which follows them; the address remembers what was chosen. */
class Picker {
  /** @param {HTMLElement} place @param {string} name */
  constructor(place, name) {
    this.place = place;
    this.result = h("div.deskrec-result", {});
    this.live = h("p.deskrec-live", { "aria-live": "polite" });
    this.link = h("a", { href: "#" }, "Link to this choice");
    this.hint = "";
    this.missing = ""; // what the address asks for and isn't here
    this.front = ""; // what a list begins with, to be said
    /** @type {any} */ this.later = 0;
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", name);
  }

  /** @param {Element[]} controls */
  assemble(...controls) {
    this.place.replaceChildren(...controls, this.result, this.live,
      h("p.deskrec-note", {}, this.link, this.hint));
    this.refresh(false);
    this.place.classList.add("deskrec-alive"); // from here on the page hides the still
  }

  /** Show what belongs to what the controls say now. @param {boolean} touched by the reader */
  refresh(touched = true) {
    if (touched) this.missing = "";
    this.result.replaceChildren(...(this.missing ? [sentence(this.missing)] : []), ...this.html());
    const state = this.state(), address = `#${state}`;
    this.link.setAttribute("href", address);
    this.link.hidden = !state; // nothing is chosen
    if (!touched) return;
    this.live.textContent = this.said();
    clearTimeout(this.later); // browsers refuse an address that changes too often
    this.later = setTimeout(() => history.replaceState(null, "", address), 400);
  }

  /** @returns {Element[]} */
  html() { return []; }
  /** For whoever cannot see what has changed. @returns {string} */
  said() {
    const said = this.result.querySelector(".deskrec-said") ?? this.result.querySelector("p");
    return [said?.textContent, this.front].filter(Boolean).join(". ");
  }
  /** The part of the address that leads here. @returns {string} */
  state() { return ""; }
  /** Show what an address says; false if it is not about this. @param {URLSearchParams} asked
   * @returns {boolean} */
  open(asked) { return false && Boolean(asked); }
}

// ------------------------------------------------------------------ chapter 4: pick an article

/** @typedef {{cosine: Listed[], dot: Listed[]}} Lists */

/** @type {Object<string, string>} */
const METHODS = { cosine: "cosine", dot: "dot product" };
const ROW = 24; // height of a line of the slopegraph, pixels

/** Search an article by words of its title and see what is most similar to it. */
class ArticlePicker extends Picker {
  /** @param {HTMLElement} place @param {Model} model */
  constructor(place, model) {
    super(place, "Pick an article");
    this.model = model;
    this.by = "cosine";
    this.least = 1;
    const first = model.columnOf.get(place.dataset.article ?? "") ?? model.data.first.article;
    this.map = new ArticleMap(model, (column) => this.finder.choose(column));
    this.hint = " · A touch on the map chooses the nearest article.";
    this.finder = new Finder(model.searcher, first, () => this.refresh());
    this.method = radios("Compare by", Object.entries(METHODS), this.by, (by) => {
      this.by = by;
      this.refresh();
    });
    this.readers = slider("Readers ≥", [1, 50, 1], 1, (least) => {
      this.least = least;
      this.refresh();
    });
    this.assemble(this.finder.element,
      h("div.deskrec-row", {}, this.method.element, this.readers.element));
  }

  html() {
    const { model, least } = this, { column } = this.finder;
    this.front = "";
    if (column === null) return [sentence("No article is chosen: search for other words.")];
    const lists = { cosine: model.similar(column, "cosine", 10, least),
      dot: model.similar(column, "dot", 10, least) };
    const listed = this.by === "dot" ? lists.dot : lists.cosine;
    this.front = first(model, listed) || NO_OTHER;
    return [sideBySide(part(...listing(model, column, listed, this.by)),
      part(...this.map.html(column, listed))), ...slopegraph(model, lists)];
  }

  state() {
    const { column } = this.finder, least = this.least > 1 ? `&readers=${this.least}` : "";
    const by = this.by === "dot" ? "&by=dot" : "";
    return column === null ? "" : `article=${this.model.articles[column]}${by}${least}`;
  }

  /** @param {URLSearchParams} asked */
  open(asked) {
    const id = asked.get("article"), column = this.model.columnOf.get(id ?? "");
    this.missing = id && column === undefined ? notHere([id]) : "";
    if (column === undefined) return Boolean(id);
    this.by = asked.get("by") === "dot" ? "dot" : "cosine";
    this.least = within(Math.floor(Number(asked.get("readers")) || 1), 1, 50);
    this.method.set(this.by);
    this.readers.set(this.least);
    this.finder.search.value = "";
    this.finder.column = column;
    this.finder.fill(false);
    return true;
  }
}

/** @param {number} x @param {number} least @param {number} most */
const within = (x, least, most) => Math.min(Math.max(x, least), most);

/** What a reader is told whose address asks for something else than what is here.
 * @param {string[]} ids */
const notHere = (ids) => `The address asks for what isn't here: no article has the id ` +
  `${ids.slice(0, 3).map((id) => `“${[...id].slice(0, 40).join("")}”`).join(", ")}` +
  `${ids.length > 3 ? ", …" : ""}.`;

const NO_OTHER = "No other article has so many readers.";

/** What a list begins with. @param {Model} model @param {Listed[]} listed */
const first = (model, [one]) =>
  one ? `In first place: “${model.titles[one.column]}”, ${fixed(one.score, 3)}` : "";

/** The most similar articles by one measure: title, a bar, the score, the readers.
 * @param {Model} model @param {number} column @param {Listed[]} listed @param {string} by */
function listing(model, column, listed, by) {
  const above = heading(`By ${METHODS[by]}, most similar to “${model.titles[column]}”`);
  if (!listed.length) return [above, sentence(NO_OTHER)];
  const top = by === "cosine" ? 1 : listed[0].score;
  const rows = listed.map(({ column, score }, i) => [String(i + 1), model.titles[column],
    bar(score / top), fixed(score, 3), count(model.readers[column])]);
  return [above, table(["", "article", "~", "#score", "#readers"], rows,
    ["28px", "auto", "22%", "56px", "64px"])];
}

/** The two places, from 0, of each article that is in both lists. @param {Lists} lists */
function moves({ cosine, dot }) {
  const place = new Map(dot.map(({ column }, at) => [column, at]));
  return cosine.flatMap(({ column }, at) => {
    const other = place.get(column);
    return other === undefined ? [] : [[at, other]];
  });
}

/** How many articles are in both lists, how many of them move, and their mean readers.
 * @param {Model} model @param {Lists} lists */
function comparison(model, lists) {
  const both = moves(lists), moved = both.filter(([start, end]) => start !== end).length;
  const means = Object.entries(lists).filter(([, listed]) => listed.length).map(([by, listed]) => {
    const readers = total(listed.map(({ column }) => model.readers[column]));
    return `${fixed(readers / listed.length, 1)} by ${METHODS[by]}`;
  });
  return `Left by cosine, right by dot product: ${both.length} articles are in both lists, ` +
    `${moved} of them at another place (orange lines). ` +
    `Mean readers: ${means.join(" and ") || "none"}.`;
}

/** Both rankings side by side; a line joins the two places of the same article.
 * @param {Model} model @param {Lists} lists */
function slopegraph(model, lists) {
  const height = ROW * Math.max(lists.cosine.length, lists.dot.length, 1);
  const slopes = svg("svg", { viewBox: `0 0 100 ${height}`, preserveAspectRatio: "none",
    "aria-hidden": "true", style: `height:${height}px` }, ...moves(lists).map(([start, end]) =>
    svg("line", { x1: 3, y1: ROW * (start + 0.5), x2: 97, y2: ROW * (end + 0.5),
      style: `stroke:${paint(start === end ? "blue" : "orange")}` })));
  /** @param {Listed[]} listed @param {Listed[]} other */
  const ranking = (listed, other) => h("ol", {}, ...listed.map(({ column }, i) => {
    const title = model.titles[column], alone = !other.some((o) => o.column === column);
    return h(alone ? "li.deskrec-alone" : "li", {}, h("span", {}, `${i + 1}.`),
      h("span", { title }, title), h("span", {}, `(${count(model.readers[column])})`));
  }));
  return [heading("Which articles move?"), sentence(comparison(model, lists)),
    h("div.deskrec-slopes", {}, ranking(lists.cosine, lists.dot), slopes,
      ranking(lists.dot, lists.cosine))];
}

const REACH = 20; // from a touch to an article, pixels

/** The map: all placed articles as dots, one and its neighbours on top. */
class ArticleMap {
  /** @param {Model} model @param {(column: number) => void} chosen called with what is touched */
  constructor(model, chosen) {
    this.chosen = chosen;
    const [width, tallest] = this.size = [420, 320];
    this.model = model;
    /** @type {Place[]} */
    const given = range(model.placed.length)
      .map((i) => [model.places[2 * i], model.places[2 * i + 1]]);
    const [low, high] = cornersOf(given);
    const unit = [width, tallest].map((room, i) => (room - 2 * EDGE) / (high[i] - low[i] || 1));
    /** @type {Place[]} in pixels */
    this.places = given.map(([x, y]) => [x * unit[0], y * unit[1]]);
    this.corners = cornersOf(this.places);
    this.everywhere = dots(this.places);
    /** @type {Map<number, Place>} */
    this.at = new Map(this.places.map((place, i) => [model.placed[i], place]));
    const fewest = Math.min(...[...model.placed].map((column) => model.readers[column]));
    this.dots = `${count(given.length)} of ${count(model.articles.length)} articles, ` +
      `with ${fewest}`;
  }

  /** @param {number} column @param {Listed[]} listed @returns {Element[]} */
  html(column, listed) {
    const [width, tallest] = this.size, own = this.at.get(column);
    const near = listed.flatMap((other, i) => {
      const place = this.at.get(other.column);
      return place ? [{ place, code: String(i + 1), title: this.model.titles[other.column] }] : [];
    }).reverse(); // the first lies on top
    const spots = [...near.map((spot) => spot.place), ...(own ? [own] : [])];
    const frame = this.window(spots.length ? spots : this.places), [low, high] = frame;
    const inside = (/** @type {Place} */ at) =>
      [0, 1].every((i) => at[i] >= low[i] && at[i] <= high[i]);
    /** @param {boolean} small @param {(at: Place) => boolean} seen */
    const marks = (small, seen) => [
      ...near.filter(({ place }) => seen(place)).map(({ place, code, title }) =>
        mark(place, { shape: "o", size: small ? 6 : 18, colour: "blue", code: small ? "" : code,
          name: `${code} ${title}` })),
      ...(own && seen(own) ? [mark(own, { shape: "D", size: small ? 20 / 3 : 20, colour: "red",
        filled: false, edge: small ? 1 : 2.5 })] : [])];
    /** @param {(at: Place) => number} distance */
    const touched = (distance) => {
      const away = this.places.map(distance), least = Math.min(...away);
      if (least <= REACH) this.chosen(this.model.placed[away.indexOf(least)]);
    };
    const edge = line([low, [high[0], low[1]], high, [low[0], high[1]], low]);
    return [
      drawing("map of the articles", [this.everywhere, ...marks(true, () => true), edge],
        this.corners, width, tallest, touched),
      sentence(`${this.sentence(column, own, listed)} The frame, enlarged:`),
      drawing("the part in the frame", [dots(this.places.filter(inside)), ...marks(false, inside)],
        frame, width, tallest, touched)];
  }

  /** Two corners of a part of the map, of its shape, around more than half of the spots.
   * @param {Place[]} spots @returns {[Place, Place]} */
  window(spots) {
    const [low, high] = this.corners;
    const middle = [0, 1].map((i) => quantile(spots.map((at) => at[i]), 0.5));
    const span = [0, 1].map((i) => Math.max(high[i] - low[i], 1e-9));
    const away = spots.map((at) =>
      Math.max(...[0, 1].map((i) => Math.abs(at[i] - middle[i]) / span[i])));
    const reach = Math.max(1.25 * quantile(away, 0.6), 0.04);
    return [[middle[0] - reach * span[0], middle[1] - reach * span[1]],
      [middle[0] + reach * span[0], middle[1] + reach * span[1]]];
  }

  /** @param {number} column @param {Place | undefined} own @param {Listed[]} listed */
  sentence(column, own, listed) {
    const shown = listed.filter((other) => this.at.has(other.column)).length;
    const text = `Dots: ${this.dots} or more readers each. ${shown} of the ${listed.length} ` +
      "listed are on it (numbered)";
    if (!own) return `${text}; the article itself has too few readers.`;
    const apart = this.places.map(([x, y]) => (x - own[0]) ** 2 + (y - own[1]) ** 2);
    const nearest = range(apart.length).filter((i) => this.model.placed[i] !== column)
      .sort((a, b) => apart[a] - apart[b] || a - b).slice(0, listed.length)
      .map((i) => this.model.placed[i]);
    const both = listed.filter((other) => nearest.includes(other.column)).length;
    return `${text}, ${both} of them among the ${listed.length} dots nearest to the diamond.`;
  }
}

// ------------------------------------------------------------------ chapter 5: reasons

const SHADES = ["blue", "green", "pink"]; // one per reading that is named

/** The end of a sentence about somebody who has read everything. @param {Model} model */
const nothingLeft = ({ articles }) =>
  `read ${articles.length > 1 ? `all ${count(articles.length)} articles` : "the only article"}: ` +
  "nothing is left to recommend.";

/** Recommendations, each with "because you read …" and bars that add up to its score.
 * @param {Model} model @param {string} name @param {Reasons[]} listed @param {string} nothing */
function answer(model, name, listed, nothing) {
  if (!listed.length) return [sentence(nothing)];
  const widest = Math.max(...listed.map((reasons) => reasons.gain)) || 1;
  const key = "Upper bar: what speaks for it. Lower bar: its score; hatched, what speaks against.";
  return [heading(name), sentence(key), h("ol.deskrec-reasons", {}, ...listed.map((r, i) => {
    const above = r.readings.map(({ part }, i) => [part, SHADES[i]]);
    const below = [[Math.max(r.score, 0), "currentColor"],
      [Math.min(-r.against[1], r.gain), "hatched"]];
    return h("li", {},
      h("div", {}, h("span", {}, `${i + 1}. ${model.titles[r.column]}`),
        h("strong", {}, fixed(r.score, 3))),
      strip([...above, [r.others[1], "grey"]], widest), strip(below, widest), because(model, r));
  }))];
}

/** Pieces in a row, as long as what they add. @param {any[][]} pieces @param {number} widest */
const strip = (pieces, widest) => h("div.deskrec-strip", {}, ...pieces
  .filter(([value]) => value > 0).map(([value, colour]) => h("div", {
    style: `background:${paint(colour)};width:${(100 * value / widest).toFixed(2)}%` })));

/** @param {Model} model @param {Reasons} reasons */
function because(model, { readings, others, against }) {
  const words = readings.map(({ column, part }, i) =>
    [SHADES[i], `“${model.titles[column]}” ${fixed(part, 3)}`]);
  if (others[0]) words.push(["grey", `${some(others[0], "other")} ${fixed(others[1], 3)}`]);
  const minus = against[0] ? ` − ${fixed(-against[1], 3)} for ${against[0]} against it` : "";
  return h("div.deskrec-note", {}, "because you read ", ...words.flatMap(([colour, text], i) =>
    [i ? " + " : "", h("i", { style: `background:${paint(colour)}` }), ` ${text}`]), minus);
}

// ------------------------------------------------------------------ chapter 5: pick a person

const SHOWN = 15; // readings listed per person

/** Pick a person and see their history beside their recommendations. */
class PersonPicker extends Picker {
  /** @param {HTMLElement} place @param {Model} model */
  constructor(place, model) {
    super(place, "Pick a person");
    this.model = model;
    const ids = { people: unique(), id: unique() }, names = Object.keys(model.data.groups);
    this.group = "typical";
    this.radios = radios("People", names.map((name) => [name, name]), this.group, (name) => {
      this.group = name;
      this.list("");
    });
    this.people = /** @type {HTMLSelectElement} */ (h("select", { id: ids.people, size: 5,
      onchange: () => { this.id.value = ""; this.refresh(); } }));
    this.id = /** @type {HTMLInputElement} */ (h("input", { id: ids.id, autocomplete: "off",
      placeholder: "personId, then Enter", onchange: () => this.list(this.id.value) }));
    const first = place.dataset.person ?? model.people[model.data.first.person];
    this.list(first, false);
    this.assemble(this.radios.element, h("div.deskrec-row", {},
      h("div", {}, h("label", { for: ids.people }, "Person"), this.people),
      h("div", {}, h("label", { for: ids.id }, "or by id"), this.id)));
  }

  /** List the people of the group; the first is chosen unless an id was typed.
   * @param {string} typed @param {boolean} show */
  list(typed, show = true) {
    this.id.value = typed;
    this.people.replaceChildren(...this.model.data.groups[this.group].map(
      (/** @type {[number, string]} */ [row, label]) => h("option", { value: row }, label)));
    this.people.selectedIndex = typed.trim() ? -1 : 0;
    if (show) this.refresh();
  }

  /** The row of whoever is chosen, or the sentence that says why there is none.
   * @returns {number | string} */
  chosen() {
    const { people, rowOf, data } = this.model, typed = this.id.value.trim();
    if (!typed) return Number(this.people.value);
    if (data.numbered && !/^[+-]?\d{1,999}$/.test(typed))
      return `“${typed}” is no personId. An id is a whole number, such as ${people[0]}.`;
    const id = data.numbered ? String(BigInt(typed.replace("+", ""))) : typed;
    const row = rowOf.get(id), number = Number(id), none = `No personId ${id.slice(0, 80)}` +
      `${id.length > 80 ? "…" : ""} among ${count(people.length)}.`;
    if (row !== undefined) return row;
    return data.numbered && number >= 0 && number < people.length
      ? `${none} If ${id} is a row or column number: that one's personId is ${people[number]}.`
      : `${none} Ids look like ${people[0]} or ${people[people.length - 1]}.`;
  }

  html() {
    const row = this.chosen(), { model } = this;
    this.front = "";
    if (typeof row === "string") return [sentence(row)];
    const readings = model.read(row), id = model.people[row], listed = model.reasons(readings);
    this.front = first(model, listed);
    return [sideBySide(part(...readBy(model, id, readings)), part(...answer(model,
      "Recommended, and why", listed, `Person ${id} has ${nothingLeft(model)}`)))];
  }

  state() {
    const row = this.chosen();
    return typeof row === "string" ? "" : `person=${this.model.people[row]}`;
  }

  /** @param {URLSearchParams} asked */
  open(asked) {
    const id = asked.get("person");
    if (id) this.list(id, false);
    return Boolean(id);
  }
}

/** @param {Model} model @param {string} id @param {Readings} readings */
function readBy(model, id, { columns, strengths }) {
  const order = range(columns.length).sort((a, b) => strengths[b] - strengths[a] || a - b);
  const rows = order.slice(0, SHOWN).map((i) => [model.titles[columns[i]],
    bar(strengths[i] / strengths[order[0]], "grey"), short(strengths[i])]);
  const more = columns.length - SHOWN;
  return [heading(`Person ${id} has read ${some(columns.length, "article")}`),
    table(["article", "~", "#strength"], rows, ["auto", "20%", "64px"]),
    ...(more > 0 ? [sentence(`and ${count(more)} more, none of them stronger.`)] : [])];
}

// ------------------------------------------------------------------ chapter 5: be the reader

const NOTHING =
  "You have read nothing yet, so there is nothing to go by. Choose an article and add it.";

/** Say what you have read and did with it; the recommendations follow at once. */
class ReaderPicker extends Picker {
  /** @param {HTMLElement} place @param {Model} model */
  constructor(place, model) {
    super(place, "Be the reader");
    const { first, settings, acts } = model.data;
    this.model = model;
    /** @type {[string, string, number][]} name, word and weight */ this.acts = acts;
    this.act = acts[0][1];
    this.alpha = settings.alpha;
    this.training = false;
    /** @type {Map<number, Set<string>>} */ this.read = new Map();
    for (const column of first.opened) this.read.set(column, new Set([this.act]));
    this.finder = new Finder(model.searcher, first.find, () => {});
    const act = radios("You have", this.acts.map(([, word, weight]) =>
      [word, `${word} (${short(weight)})`]), this.act, (word) => { this.act = word; });
    this.lines = h("ul.deskrec-read", {});
    const alphas = [...new Set([...settings.alphas, this.alpha])].sort((a, b) => a - b);
    this.radios = radios("alpha", alphas.map((alpha) => [String(alpha), short(alpha)]),
      String(this.alpha), (alpha) => this.chooseAlpha(Number(alpha)));
    this.progress = /** @type {HTMLProgressElement} */ (h("progress", { hidden: true,
      max: settings.rounds, "aria-label": "Training" }));
    this.assemble(this.finder.element, h("div.deskrec-row", {}, act.element,
      h("button", { type: "button", onclick: () => this.add() }, "Add")), this.lines,
      h("div.deskrec-row", {}, this.radios.element, this.progress));
  }

  add() {
    const { column } = this.finder;
    if (column === null) return;
    this.read.set(column, (this.read.get(column) ?? new Set()).add(this.act));
    this.refresh();
  }

  /** @param {number} column @param {number} place in the list */
  takeAway(column, place) {
    this.read.delete(column);
    this.refresh();
    const left = this.lines.querySelectorAll("button");
    (left[Math.min(place, left.length - 1)] ?? this.finder.search).focus();
  }

  /** @param {number} column */
  strength(column) {
    const done = this.read.get(column) ?? new Set();
    return total(this.acts.filter(([, word]) => done.has(word)).map(([, , weight]) => weight));
  }

  /** Train for an alpha unless that was done. @param {number} alpha @param {boolean} touched */
  async chooseAlpha(alpha, touched = true) {
    this.alpha = alpha;
    if (!this.model.fits.has(alpha)) {
      const field = this.radios.element, held = field.contains(document.activeElement);
      this.training = true;
      this.radios.disable(true);
      this.progress.hidden = false;
      this.refresh(touched);
      for (const round of this.model.train(alpha)) {
        this.progress.value = round;
        await new Promise((resolve) => setTimeout(resolve)); // so that the page stays alive
      }
      this.progress.hidden = true;
      this.radios.disable(false);
      if (held && document.activeElement === document.body) this.radios.focus();
      this.training = false;
    }
    this.refresh(touched);
  }

  html() {
    const { model, alpha } = this, columns = [...this.read.keys()];
    this.lines.replaceChildren(...columns.map((column, place) => {
      const label = model.searcher.label(column), acts = this.read.get(column);
      const done = this.acts.map(([, word]) => word).filter((word) => acts?.has(word));
      return h("li", {}, h("button", { type: "button", "aria-label": `take away ${label}`,
        onclick: () => this.takeAway(column, place) }, "take away"),
        h("span", {}, `${done.join(" and ")}: ${label}, strength ${short(this.strength(column))}`));
    }));
    this.front = "";
    if (this.training) return [sentence(`Training with alpha = ${short(alpha)} …`)];
    if (!columns.length) return [sentence(NOTHING)];
    columns.sort((a, b) => a - b);
    const readings = { columns, strengths: columns.map((column) => this.strength(column)) };
    const name = `Recommended to you with alpha = ${short(alpha)}, and why`;
    const listed = model.reasons(readings, 10, model.fits.get(alpha));
    this.front = first(model, listed);
    return [sideBySide(part(...answer(model, name, listed, `You have ${nothingLeft(model)}`)))];
  }

  state() {
    const read = [...this.read].map(([column, done]) =>
      `${this.model.articles[column]}:${[...done].map(encodeURIComponent).join(".")}`);
    const alpha = this.alpha === this.model.first.alpha ? "" : `&alpha=${this.alpha}`;
    return `read=${read.join(",")}${alpha}`;
  }

  /** @param {URLSearchParams} asked */
  open(asked) {
    if (!asked.has("read") || this.training) return false;
    this.read.clear();
    /** @type {string[]} */ const unknown = [];
    for (const one of (asked.get("read") ?? "").split(",")) {
      const [id, done = ""] = one.split(":"), column = this.model.columnOf.get(id);
      const known = done.split(".").filter((word) => this.acts.some((act) => act[1] === word));
      if (column !== undefined && known.length) this.read.set(column, new Set(known));
      else if (id && column === undefined) unknown.push(id);
    }
    this.missing = unknown.length ? notHere(unknown) : "";
    const alpha = Number(asked.get("alpha") ?? this.model.first.alpha);
    if (this.model.data.settings.alphas.includes(alpha)) {
      this.radios.set(String(alpha));
      this.chooseAlpha(alpha, false);
    }
    return true;
  }
}

// ------------------------------------------------------------------ chapter 3: the bowl

/** One person's loss over two numbers, while the articles stay fixed. */
class Bowl {
  /** @param {{articles: string[], names: string[], numbers: number[][], strengths: number[],
   *   alpha: number, regularization: number}} given */
  constructor(given) {
    this.given = given;
    const y = Float64Array.from(given.numbers.flat());
    this.confidence = given.strengths.map((r) => 1 + given.alpha * r);
    const squared = new Float64Array([given.regularization, 0, 0, given.regularization]);
    // What was not read counts as well: only the wish is 0.
    const all = range(given.strengths.length), wish = all.filter((i) => given.strengths[i] > 0);
    const left = equations(y, squared, 2, all, this.confidence.map((c) => c + 1));
    const right = [0, 1].map((i) => total(wish.map((at) => this.confidence[at] * y[2 * at + i])));
    this.lower = left.lower;
    /** @type {Place} */
    this.bottom = /** @type {any} */ ([...solved(this.lower, right, 2)]);
  }

  /** The two numbers make of an article. @param {number} article @param {Place} at */
  score(article, [x, y]) {
    const [one, two] = this.given.numbers[article];
    return x * one + y * two;
  }

  /** @param {Place} at */
  loss(at) {
    const errors = this.confidence.map((c, i) =>
      c * (Number(this.given.strengths[i] > 0) - this.score(i, at)) ** 2);
    return total(errors) + this.given.regularization * (at[0] ** 2 + at[1] ** 2);
  }

  /** The ellipse at which the loss is so much above that of the bottom. @param {number} above
   * @returns {Place[]} */
  ring(above) {
    const [a, , b, c] = this.lower;
    return range(73).map((i) => {
      const turn = i * Math.PI / 36, y = Math.sqrt(above) * Math.sin(turn) / c;
      const x = (Math.sqrt(above) * Math.cos(turn) - b * y) / a;
      return [this.bottom[0] + x, this.bottom[1] + y];
    });
  }

  /** The same person after one article has another strength or other numbers.
   * @param {number} article @param {number} strength @param {number[]} numbers */
  change(article, strength, numbers) {
    return new Bowl({ ...this.given, strengths: this.given.strengths.with(article, strength),
      numbers: this.given.numbers.with(article, numbers) });
  }
}

const RINGS = [1, 4, 9, 16, 25]; // above the bottom: on a parabola equally wide apart

/** Change what an article is, or how strongly somebody read it, and watch the bottom move. */
class BowlPicker extends Picker {
  /** @param {HTMLElement} place @param {any} toy */
  constructor(place, toy) {
    super(place, "The bowl");
    const id = unique(), given = toy.bowl, numbers = given.numbers.flat();
    this.first = this.bowl = new Bowl(given);
    this.article = 0;
    this.select = /** @type {HTMLSelectElement} */ (h("select", { id,
      onchange: () => { this.article = this.select.selectedIndex; this.choose(); } },
      ...given.articles.map((/** @type {string} */ name) => h("option", {}, name))));
    const ends = [Math.min(-0.5, ...numbers), Math.max(1.5, ...numbers), 0.1];
    const two = (/** @type {number} */ x) => fixed(x, 2);
    this.ends = [[0, Math.max(12, ...given.strengths), 1], ends, ends];
    this.strength = slider("Strength", this.ends[0], 0,
      (strength) => this.change(strength, this.bowl.given.numbers[this.article]), two);
    this.numbers = [0, 1].map((i) => slider(given.names[i], ends, 0, (number) =>
      this.change(this.bowl.given.strengths[this.article],
        this.bowl.given.numbers[this.article].with(i, number)), two));
    this.choose();
    this.assemble(h("div.deskrec-row", {}, h("div", {}, h("label", { for: id }, "Article"),
      this.select), h("button", { type: "button", onclick: () => this.restart() }, "Start again")),
      this.strength.element, ...this.numbers.map((slider) => slider.element));
  }

  /** Let the sliders say what the chosen article is now. */
  choose() {
    this.select.selectedIndex = this.article;
    this.strength.set(this.bowl.given.strengths[this.article]);
    this.numbers.forEach((slider, i) => slider.set(this.bowl.given.numbers[this.article][i]));
  }

  /** @param {number} strength @param {number[]} numbers */
  change(strength, numbers) {
    this.bowl = this.bowl.change(this.article, strength, numbers);
    this.refresh();
  }

  restart() {
    this.bowl = this.first;
    this.choose();
    this.refresh();
  }

  html() {
    const { bowl, first } = this, { names, articles, strengths } = bowl.given;
    const [x, y] = bowl.bottom, moved = Math.hypot(first.bottom[0] - x, first.bottom[1] - y);
    const words = `The bottom is at (${fixed(x, 2)}, ${fixed(y, 2)}), ${fixed(moved, 2)} away ` +
      `from where it began. The loss there is ${fixed(bowl.loss(bowl.bottom), 2)}.`;
    const [low, high] = cornersOf([...first.ring(RINGS[4]), ...bowl.ring(RINGS[4]), [0, 0]]);
    const [left, down, right, up] = [low[0] - 0.1, low[1] - 0.1, high[0] + 0.6, high[1] + 0.1];
    const shapes = [line([[left, 0], [right, 0]], "currentColor", 0.3),
      line([[0, down], [0, up]], "currentColor", 0.3),
      ...RINGS.map((above) => line(bowl.ring(above), "blue")),
      line([first.bottom, bowl.bottom], "green", 0.6, 2),
      mark(first.bottom, { shape: "o", size: 12, colour: "green", filled: false, edge: 2 }),
      mark(bowl.bottom, { shape: "o", size: 14, colour: "green" })];
    const rows = articles.map((name, i) => [name, short(strengths[i]), short(bowl.confidence[i]),
      fixed(bowl.score(i, bowl.bottom), 2)]);
    return [sideBySide(
      part(heading(`The loss of each pair of numbers: across ${names[0]}, up ${names[1]}`),
        drawing("loss over two numbers", shapes, [[left, down], [right, up]], 440, 380)),
      part(news(words), table(["article", "#strength", "#confidence", "#score"], rows,
        ["40%", "20%", "24%", "16%"])))];
  }

  state() {
    const { strengths, numbers } = this.bowl.given, before = this.first.given;
    const changed = range(strengths.length).filter((i) => strengths[i] !== before.strengths[i] ||
      String(numbers[i]) !== String(before.numbers[i]));
    const told = changed.map((i) => [i, strengths[i], ...numbers[i]].join(":"));
    return `bowl=${told.join(",")}&shown=${this.article}`;
  }

  /** @param {URLSearchParams} asked */
  open(asked) {
    if (!asked.has("bowl")) return false;
    const many = this.first.given.articles.length;
    this.bowl = this.first;
    for (const one of (asked.get("bowl") ?? "").split(",")) {
      const [i, ...told] = one.split(":").map(Number);
      if (!(i in this.first.given.articles) || told.length !== 3 || told.some(Number.isNaN)) continue;
      const [strength, ...pair] = told.map((x, at) => within(x, this.ends[at][0], this.ends[at][1]));
      this.bowl = this.bowl.change(i, strength, pair);
    }
    this.article = within(Math.floor(Number(asked.get("shown")) || 0), 0, many - 1);
    this.choose();
    return true;
  }
}

// ------------------------------------------------------------------ chapter 3: ALS step by step

/** Every half-step of ALS with two factors: where people and articles are, and the loss. */
class Steps {
  /** @param {any} toy @param {number} alpha */
  constructor(toy, alpha) {
    const /** @type {number[][]} */ strengths = toy.strengths;
    this.confidence = strengths.map((row) => row.map((r) => 1 + alpha * r));
    this.wanted = strengths.map((row) => row.map((r) => Number(r > 0)));
    /** @type {Place[][]} */ this.users = [toy.users];
    /** @type {Place[][]} */ this.items = [toy.items];
    for (let step = 0; step < 2 * toy.iterations; step++) {
      const users = this.users[step], items = this.items[step], { confidence, wanted } = this;
      const people = step % 2 === 0; // they move first
      this.users.push(people ? this.half(confidence, wanted, items) : users);
      this.items.push(people ? items : this.half(turned(confidence), turned(wanted), users));
    }
    this.losses = this.users.map((_, at) => this.loss(at));
  }

  /** @param {number[][]} confidence @param {number[][]} wanted @param {Place[]} fixed
   * @returns {Place[]} */
  half(confidence, wanted, fixed) {
    const y = Float64Array.from(fixed.flat()), squared = gram(y, 2, 1);
    return confidence.map((row, i) => {
      const read = range(row.length).filter((j) => wanted[i][j]);
      const { lower, right } = equations(y, squared, 2, read, read.map((j) => row[j]));
      return /** @type {any} */ ([...solved(lower, right, 2)]);
    });
  }

  /** @param {number} at */
  scores(at) {
    return this.users[at].map(([a, b]) => this.items[at].map(([c, d]) => a * c + b * d));
  }

  /** @param {number} at */
  loss(at) {
    const errors = this.scores(at).map((row, i) =>
      total(row.map((score, j) => this.confidence[i][j] * (this.wanted[i][j] - score) ** 2)));
    return total(errors) + total([...this.users[at], ...this.items[at]].flat().map((v) => v * v));
  }

  /** Row and column of the empty cell with the highest score. @param {number} at
   * @returns {[number, number] | null} */
  bestUnread(at) {
    /** @type {[number, number] | null} */ let cell = null;
    let highest = -Infinity;
    this.scores(at).forEach((row, i) => row.forEach((score, j) => {
      if (this.wanted[i][j] || rounded(score, 9) <= highest) return;
      highest = rounded(score, 9);
      cell = [i, j];
    }));
    return cell;
  }
}

/** @param {number[][]} rows */
const turned = (rows) => rows[0].map((_, j) => rows.map((row) => row[j]));

/** Walk through ALS one half-step at a time. */
class Stepper extends Picker {
  /** @param {HTMLElement} place @param {any} toy */
  constructor(place, toy) {
    super(place, "ALS step by step");
    this.toy = toy;
    this.alpha = toy.alpha;
    this.at = toy.step;
    this.last = 2 * toy.iterations;
    /** @type {any} */ this.playing = 0;
    /** @type {Map<number, Steps>} */ this.runs = new Map();
    this.play = h("button", { type: "button", onclick: () => this.toggle() }, "Play");
    this.step = slider("Half-step", [0, this.last, 1], this.at, (at) => {
      this.stop();
      this.show(at);
    });
    const alphas = [...new Set([...toy.alphas, this.alpha])].sort((a, b) => a - b);
    this.radios = radios("alpha", alphas.map((alpha) => [String(alpha), short(alpha)]),
      String(this.alpha), (alpha) => { this.alpha = Number(alpha); this.refresh(); });
    this.assemble(h("div.deskrec-row", {}, this.play, this.step.element), this.radios.element);
  }

  /** @param {number} at */
  show(at) {
    this.at = at;
    this.refresh();
  }

  toggle() {
    if (this.playing) return this.stop();
    this.play.textContent = "Pause";
    if (this.at === this.last) this.at = -1;
    const next = () => {
      this.step.set(this.at + 1);
      this.show(this.at + 1);
      if (this.at === this.last) this.stop();
    };
    this.playing = setInterval(next, 1100);
    next();
  }

  stop() {
    clearInterval(this.playing);
    this.playing = 0;
    this.play.textContent = "Play";
  }

  html() {
    const { toy, at, alpha } = this;
    if (!this.runs.has(alpha)) this.runs.set(alpha, new Steps(toy, alpha));
    const steps = /** @type {Steps} */ (this.runs.get(alpha));
    const names = toy.articles.map((/** @type {string} */ name, /** @type {number} */ i) =>
      `${i + 1} ${name}`);
    const title = at ? `Half-step ${at} of ${this.last}` : "Start: small random numbers";
    return [sideBySide(
      part(heading("The plane of the two factors"), plane(toy, steps, at), legend(toy.tastes)),
      part(heading(title), news(happened(toy, steps, at)), heading("The loss so far"),
        staircase(steps.losses, at))),
    sideBySide(...cellMaps(toy, steps, at)), sentence(`Articles: ${names.join(" · ")}`)];
  }

  state() { return `step=${this.at}&alpha=${this.alpha}`; }

  /** @param {URLSearchParams} asked */
  open(asked) {
    if (!asked.has("step")) return false;
    const alpha = Number(asked.get("alpha") ?? this.alpha);
    if (this.toy.alphas.includes(alpha)) this.alpha = alpha;
    this.radios.set(String(this.alpha));
    this.at = within(Math.floor(Number(asked.get("step")) || 0), 0, this.last);
    this.step.set(this.at);
    return true;
  }
}

/** What this half-step did, with numbers. @param {any} toy @param {Steps} steps
 * @param {number} at */
function happened(toy, steps, at) {
  const { losses } = steps, scores = steps.scores(at), best = steps.bestUnread(at);
  const mean = (/** @type {number} */ wanted) => {
    const cells = scores.flatMap((row, i) => row.filter((_, j) => steps.wanted[i][j] === wanted));
    return fixed(total(cells) / cells.length, 2);
  };
  const [moved, still] = at % 2 ? ["people", "articles"] : ["articles", "people"];
  const step = `The ${moved} were solved while the ${still} stayed where they are. The loss went ` +
    `from ${fixed(losses[Math.max(at - 1, 0)], 1)} to ${fixed(losses[at], 1)}. `;
  const text = (at ? step : `The loss is ${fixed(losses[at], 1)}. `) +
    `On average a read cell scores ${mean(1)}`;
  if (!best) return `${text}; there is no other.`;
  const [i, j] = best;
  return `${text}, an empty one ${mean(0)}. The empty cell with the highest score is ` +
    `${toy.people[i]} × ${toy.articles[j]} (${fixed(scores[i][j], 2)}).`;
}

const TASTES = ["blue", "red", "pink"];

/** People as circles, articles as squares, and the way they came.
 * @param {any} toy @param {Steps} steps @param {number} at */
function plane(toy, { users, items }, at) {
  const ends = cornersOf([...users.flat(), ...items.flat(), [0, 0]]);
  const [[left, bottom], [right, top]] = ends, people = toy.people.length;
  /** @type {Map<string, string>} */ const colours = new Map();
  Object.values(toy.tastes).forEach((members, i) => {
    for (const name of /** @type {string[]} */ (members)) colours.set(name, TASTES[i]);
  });
  const trails = [line([[left, 0], [right, 0]], "currentColor", 0.25),
    line([[0, bottom], [0, top]], "currentColor", 0.25)];
  const points = [...toy.people, ...toy.articles].map((name, i) => {
    const [side, own] = i < people ? [users, i] : [items, i - people];
    const way = range(at + 1).map((step) => side[step][own]), now = way[at];
    const before = way[Math.max(at - 1, 0)], colour = colours.get(name) ?? "grey";
    const code = i < people ? String.fromCharCode(65 + i) : String(i - people + 1);
    trails.push(line(way, colour, 0.35));
    if ([0, 1].some((f) => Math.abs(now[f] - before[f]) > 1e-8 + 1e-5 * Math.abs(before[f])))
      trails.push(line([before, now], colour, 1, 2.5),
        mark(before, { shape: "o", size: 6, colour, filled: false }));
    return mark(now, { shape: i < people ? "o" : "s", size: 20, colour, code, name, before });
  });
  return drawing("plane of the two factors", [...trails, ...points], ends, 440, 420);
}

/** @param {Object<string, string[]>} tastes */
function legend(tastes) {
  const colours = Object.keys(tastes).map((taste, i) => h("span", {},
    h("i.deskrec-diamond", { style: `background:${paint(TASTES[i])}` }), ` ${taste}`));
  const [person, article, before] = ["● person", "■ article", "○ where it was before"]
    .map((words) => h("span", {}, words));
  return h("p.deskrec-legend", {}, person, article, ...colours, before);
}

/** The loss as a staircase down to where we are; the axes are those of the whole run.
 * @param {number[]} losses @param {number} at */
function staircase(losses, at) {
  const [width, height] = [320, 128], last = losses.length - 1;
  const logs = losses.map((loss) => Math.log(Math.max(loss, 1e-12)));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  /** @type {Place[]} */
  const places = logs.map((log, i) =>
    [i * width / last, height * (log - low) / Math.max(high - low, 1e-9)]);
  /** @type {Place[]} */
  const stairs = range(2 * at + 1).map((i) => [places[Math.ceil(i / 2)][0], places[i >> 1][1]]);
  /** @type {[Place, string][]} */
  const words = [[[-32, height], fixed(Math.max(...losses), 1)],
    [[-32, 0], fixed(Math.min(...losses), 1)], [[0, -24], "start"],
    [[width / 2, -24], "half-step (loss: logarithmic axis)"], [[width, -24], String(last)]];
  return drawing("loss after each half-step", [
    line([[-8, height + 8], [-8, -8], [width + 8, -8]], "currentColor", 0.4),
    line(stairs, "currentColor", 0.6),
    ...places.slice(0, at + 1).map((place, i) => mark(place, { shape: i % 2 ? "o" : "s",
      size: i === at ? 12 : 7, colour: i === at ? "orange" : "currentColor", filled: i === at })),
    ...words.map(([place, code]) =>
      mark(place, { shape: "o", size: 0, colour: "currentColor", filled: false, code }))],
  [[-32, -24], [width, height]], 400, 200);
}

/** What was read, what the factors make of it, and how much each cell counts.
 * @param {any} toy @param {Steps} steps @param {number} at */
function cellMaps(toy, steps, at) {
  const most = Math.max(...steps.confidence.flat()) - 1, scores = steps.scores(at);
  const two = (/** @type {number} */ x) => fixed(x, 2);
  // The root of the confidence, so that 16 stays visible beside 181.
  const roots = steps.confidence.map((row) =>
    row.map((c) => Math.sqrt((c - 1) / Math.max(most, 1e-9))));
  const best = steps.bestUnread(at);
  return [
    cellMap(toy, "P: read or not", steps.wanted, steps.wanted, (p) => (p ? "1" : "")),
    cellMap(toy, "Scores: what the factors make of it", scores, scores, two, best),
    cellMap(toy, "Confidence: how much each cell counts", roots, steps.confidence, short)];
}

/** A table whose cells are the bluer the nearer their shade is to 1.
 * @param {any} toy @param {string} name @param {number[][]} shades @param {number[][]} values
 * @param {(value: number) => string} form @param {[number, number] | null} framed */
function cellMap(toy, name, shades, values, form, framed = null) {
  const head = toy.articles.map((/** @type {string} */ title, /** @type {number} */ i) =>
    h("th", { scope: "col", title }, String(i + 1)));
  const rows = toy.people.map((/** @type {string} */ person, /** @type {number} */ i) =>
    h("tr", {}, h("th", { scope: "row" }, `${String.fromCharCode(65 + i)} ${person}`),
      ...values[i].map((value, j) => {
        const share = Math.min(Math.max(shades[i][j], 0), 1);
        const frame = framed && framed[0] === i && framed[1] === j ? ".deskrec-framed" : "";
        return h(`td${frame}${share > 0.92 ? ".deskrec-full" : ""}`,
          { style: `background:rgba(0,114,178,${share.toFixed(2)})` }, form(value));
      })));
  return part(heading(name), h("table.deskrec-cells", {},
    h("thead", {}, h("tr", {}, h("td"), ...head)), h("tbody", {}, ...rows)));
}

// ------------------------------------------------------------------ start

/** Which script holds the data of a picker, and what makes the picker of them.
 * @type {Object<string, [("data" | "toy"), (place: HTMLElement, known: any) => Picker]>} */
const PICKERS = {
  article: ["data", (place, model) => new ArticlePicker(place, model)],
  person: ["data", (place, model) => new PersonPicker(place, model)],
  reader: ["data", (place, model) => new ReaderPicker(place, model)],
  bowl: ["toy", (place, toy) => new BowlPicker(place, toy)],
  stepper: ["toy", (place, toy) => new Stepper(place, toy)],
};

/** @type {Object<string, string>} */
const FILES = { data: "model.js", toy: "toy.js" };
const folder = typeof document === "undefined" ? ""
  : /** @type {HTMLScriptElement} */ (document.currentScript).src.replace(/[^/]*$/, "");
/** @type {Object<string, Promise<any>>} */
const asked = {};

/** What a script of model.py tells, fetched once. @param {"data" | "toy"} name */
function fetched(name) {
  asked[name] ??= new Promise((resolve, reject) => {
    const script = h("script", { src: folder + FILES[name] });
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${FILES[name]} did not come`));
    document.head.append(script);
  }).then(() => (name === "data" ? new Model(exported.data) : exported.toy));
  return asked[name];
}

/** Bring every placeholder of the page to life, and show what the address asks for. */
async function start() {
  const places = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".deskrec-picker")]);
  const alive = await Promise.all(places.map(async (place) => {
    const [name, make] = PICKERS[place.dataset.picker ?? ""] ?? [];
    if (!name || !make) return null;
    const waiting = sentence("The picker is loading …");
    if (!place.childElementCount) place.append(waiting);
    try {
      return make(place, await fetched(name));
    } catch (error) {
      waiting.textContent = "The picker could not be loaded. The still shows the same.";
      place.append(waiting);
      console.error(error);
      return null;
    }
  }));
  const open = () => {
    if (!location.hash.includes("=")) return; // an anchor of the page's own
    const hash = new URLSearchParams(location.hash.slice(1));
    const picker = alive.find((picker) => picker?.open(hash));
    picker?.refresh(false);
    picker?.place.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
}

if (typeof document !== "undefined") {
  if (document.readyState === "complete") start();
  else addEventListener("load", start);
}

/** @type {any} */
const exported = { Model, Bowl, Steps, fixed, short, folded };
return exported;
})();

if (typeof module !== "undefined") module.exports = deskrec;
