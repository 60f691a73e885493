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
const total = (values) => Array.prototype.reduce.call(values, (a, b) => a + b, 0);

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

/** Numbers that `packed` of model.py wrote. @param {{kind: keyof ARRAYS, base64: string}} packed
 * @returns {Float64Array} */
function unpacked({ kind, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
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
    this.finding = new Searcher(this);
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
function nearer({ starts, columns, confidence }, x, y, k, regularization) {
  const squared = gram(y, k, Math.fround(regularization)), q = new Float64Array(k);
  for (let row = 0; row + 1 < starts.length; row++) {
    const own = x.subarray(row * k, row * k + k), r = new Float64Array(k);
    /** The left side of the row's equations times a vector. @param {Float64Array} v */
    const product = (v) => {
      for (let i = 0; i < k; i++) q[i] = dot(squared, i, v, 0, k);
      for (let at = starts[row]; at < starts[row + 1]; at++) {
        const other = columns[at] * k, c = (confidence[at] - 1) * dot(y, columns[at], v, 0, k);
        for (let i = 0; i < k; i++) q[i] += c * y[other + i];
      }
    };
    product(own);
    for (let at = starts[row]; at < starts[row + 1]; at++)
      for (let i = 0; i < k; i++) r[i] += confidence[at] * y[columns[at] * k + i];
    for (let i = 0; i < k; i++) r[i] -= q[i];
    const p = r.slice();
    let old = dot(r, 0, r, 0, k);
    for (let step = 0; step < 3 && old >= 1e-20; step++) {
      product(p);
      const length = old / dot(p, 0, q, 0, k);
      for (let i = 0; i < k; i++) { own[i] += length * p[i]; r[i] -= length * q[i]; }
      const now = dot(r, 0, r, 0, k);
      for (let i = 0; i < k; i++) p[i] = r[i] + (now / old) * p[i];
      old = now;
    }
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
      return "The article with this id" + (number > 1 ? `, and in ${count(number - 1)} titles` : "");
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
/** @param {Piece[]} text */
const sentence = (...text) => h("p", {}, ...text);
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

/** A table; columns named "#…" hold numbers, one without a name is no header.
 * @param {string[]} columns @param {Piece[][]} rows @param {string[]} widths */
function table(columns, rows, widths) {
  const kind = (/** @type {number} */ i) => columns[i].startsWith("#") ? ".deskrec-number" : "";
  const head = columns.map((name, i) =>
    h((name ? "th" : "td") + kind(i), { style: `width:${widths[i]}`, ...(name && { scope: "col" }) },
      name.replace("#", "")));
  const body = rows.map((row) =>
    h("tr", {}, ...row.map((cell, i) => h("td" + kind(i), {}, cell))));
  return h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...body));
}

// ------------------------------------------------------------------ drawings

/** @typedef {[number, number]} Place */
/** @typedef {(pixels: (at: Place) => Place) => SVGElement} Shape */

const EDGE = 24; // around a drawing, pixels

/** Many faint points, as one path. @param {Place[]} places @returns {Shape} */
const dots = (places) => (pixels) =>
  svg("path.deskrec-dots", { d: places.map((at) => `M${inPixels(pixels(at))}h0`).join("") });

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
 * @param {number} width @param {number} most */
function drawing(label, shapes, [low, high], width, most) {
  const span = [0, 1].map((i) => Math.max(high[i] - low[i], 1e-9));
  const scale = Math.min((width - 2 * EDGE) / span[0], (most - 2 * EDGE) / span[1]);
  const height = scale * span[1] + 2 * EDGE;
  const margin = [(width - scale * span[0]) / 2, (height - scale * span[1]) / 2];
  /** @type {(at: Place) => Place} */
  const pixels = ([x, y]) =>
    [margin[0] + scale * (x - low[0]), height - margin[1] - scale * (y - low[1])];
  return svg("svg.deskrec-drawing", { viewBox: `0 0 ${width} ${height.toFixed(0)}`, role: "img",
    "aria-label": label, style: `max-width:${width}px` },
    ...shapes.map((shape) => shape(pixels)));
}

/** The lowest and the highest of some places. @param {Place[]} places @returns {[Place, Place]} */
function cornersOf(places) {
  /** @param {(...values: number[]) => number} which @returns {Place} */
  const each = (which) => [which(...places.map((at) => at[0])), which(...places.map((at) => at[1]))];
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
    /** @param {boolean} off */
    disable: (off) => { /** @type {HTMLFieldSetElement} */ (field).disabled = off; },
  };
}

/** A slider and its number. @param {string} name @param {number[]} ends least, most, step
 * @param {number} value @param {(value: number) => void} changed
 * @param {(value: number) => string} form */
function slider(name, [min, max, step], value, changed, form = count) {
  const id = unique(), shown = h("output", { for: id }, form(value));
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
    this.list = h("ul", { id: ids.list, role: "listbox", "aria-label": "Article",
      onclick: (/** @type {Event} */ e) => this.click(e) });
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

  /** @param {Event} event */
  click(event) {
    const option = /** @type {Element} */ (event.target).closest("li");
    if (option) this.choose(this.listed[[...this.list.children].indexOf(option)]);
    this.search.focus();
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
    /** @type {any} */ this.later = 0;
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", name);
  }

  /** @param {Element[]} controls */
  assemble(...controls) {
    this.place.replaceChildren(...controls, this.result, this.live,
      h("p.deskrec-note", {}, this.link));
    this.place.classList.add("deskrec-alive");
    this.refresh(false);
  }

  /** Show what belongs to what the controls say now. @param {boolean} touched by the reader */
  refresh(touched = true) {
    this.result.replaceChildren(...this.html());
    const address = `#${this.state()}`;
    this.link.setAttribute("href", address);
    if (!touched) return;
    this.live.textContent = this.said();
    clearTimeout(this.later); // browsers refuse an address that changes too often
    this.later = setTimeout(() => history.replaceState(null, "", address), 400);
  }

  /** @returns {Element[]} */
  html() { return []; }
  /** For whoever cannot see what has changed. @returns {string} */
  said() { return this.result.querySelector(".deskrec-heading, p")?.textContent ?? ""; }
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
    this.map = new ArticleMap(model);
    this.finder = new Finder(model.finding, first, () => this.refresh());
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
    if (column === null) return [sentence("No article is chosen: search for other words.")];
    const lists = { cosine: model.similar(column, "cosine", 10, least),
      dot: model.similar(column, "dot", 10, least) };
    const listed = this.by === "dot" ? lists.dot : lists.cosine;
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
    const column = this.model.columnOf.get(asked.get("article") ?? "");
    if (column === undefined) return false;
    this.by = asked.get("by") === "dot" ? "dot" : "cosine";
    this.least = Math.min(Math.max(Number(asked.get("readers")) || 1, 1), 50);
    this.method.set(this.by);
    this.readers.set(this.least);
    this.finder.search.value = "";
    this.finder.column = column;
    this.finder.fill(false);
    return true;
  }
}

/** The most similar articles by one measure: title, a bar, the score, the readers.
 * @param {Model} model @param {number} column @param {Listed[]} listed @param {string} by */
function listing(model, column, listed, by) {
  const above = heading(`By ${METHODS[by]}, most similar to “${model.titles[column]}”`);
  if (!listed.length) return [above, sentence("No other article has so many readers.")];
  const top = by === "cosine" ? 1 : listed[0].score;
  const rows = listed.map(({ column, score }, i) => [String(i + 1), model.titles[column],
    bar(score / top), fixed(score, 3), count(model.readers[column])]);
  return [above, table(["", "article", "", "#score", "#readers"], rows,
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
function found(model, lists) {
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
  return [heading("Which articles move?"), sentence(found(model, lists)),
    h("div.deskrec-slopes", {}, ranking(lists.cosine, lists.dot), slopes,
      ranking(lists.dot, lists.cosine))];
}

/** The map: all placed articles as dots, one and its neighbours on top. */
class ArticleMap {
  /** @param {Model} model */
  constructor(model) {
    const [width, tallest] = this.size = [420, 320];
    this.model = model;
    /** @type {Place[]} */
    const given = range(model.placed.length).map((i) => [model.places[2 * i], model.places[2 * i + 1]]);
    const [low, high] = cornersOf(given);
    const unit = [width, tallest].map((room, i) => (room - 2 * EDGE) / (high[i] - low[i] || 1));
    /** @type {Place[]} in pixels */
    this.places = given.map(([x, y]) => [x * unit[0], y * unit[1]]);
    this.corners = cornersOf(this.places);
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
    const edge = line([low, [high[0], low[1]], high, [low[0], high[1]], low]);
    return [
      drawing("map of the articles", [dots(this.places), ...marks(true, () => true), edge],
        this.corners, width, tallest),
      sentence(`${this.sentence(column, own, listed)} The frame, enlarged:`),
      drawing("the part in the frame", [dots(this.places.filter(inside)), ...marks(false, inside)],
        frame, width, tallest)];
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

// ------------------------------------------------------------------ start

/** Which script holds the data of a picker, and what makes the picker of them.
 * @type {Object<string, [("data" | "toy"), (place: HTMLElement, known: any) => Picker]>} */
const PICKERS = {
  article: ["data", (place, model) => new ArticlePicker(place, model)],
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
    script.onload = () => resolve(name === "data" ? new Model(exported.data) : exported.toy);
    script.onerror = reject;
    document.head.append(script);
  });
  return asked[name];
}

/** Bring every placeholder of the page to life, and show what the address asks for. */
async function start() {
  const places = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".deskrec-picker")]);
  const alive = await Promise.all(places.map(async (place) => {
    const [name, make] = PICKERS[place.dataset.picker ?? ""] ?? [];
    if (!name || !make) return null;
    place.replaceChildren(sentence("The picker is loading …"));
    try {
      return make(place, await fetched(name));
    } catch (error) {
      place.replaceChildren(sentence("The picker could not be loaded. The still shows the same."));
      console.error(error);
      return null;
    }
  }));
  const open = () => {
    const hash = new URLSearchParams(location.hash.slice(1));
    const picker = alive.find((picker) => picker?.open(hash));
    picker?.refresh(false);
    picker?.place.scrollIntoView();
  };
  addEventListener("hashchange", open);
  if (location.hash.includes("=")) open();
}

if (typeof document !== "undefined") {
  if (document.readyState === "complete") start();
  else addEventListener("load", start);
}

/** @type {any} */
const exported = { Model, fixed, short, folded };
return exported;
})();

if (typeof module !== "undefined") module.exports = deskrec;
