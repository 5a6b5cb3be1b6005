// Draws the lanes from packed tiles. Everything on the page comes from the data beside this script; nothing is fetched.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const meta = JSON.parse(byId("meta").textContent);
  meta.duration = Math.max(1, meta.duration);
  const head = byId("head").textContent;
  let rest = null;
  const AXIS = 22, GUTTER = 230, SITE = 36, PROC = 22, GOROUTINE = 13, MOST_OPEN = 500;
  const STATES = meta.states;
  const TONES = ["running", "runnable", "system call", "channel or select", "lock or wait group", "network", "sleep", "other wait"];

  // ---- words
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "on") for (const [event, run] of Object.entries(value)) node.addEventListener(event, run);
      else if (key === "text") node.textContent = value;
      else if (key === "style") for (const [name, text] of Object.entries(value)) node.style.setProperty(name, text);
      else node.setAttribute(key, value);
    }
    node.append(...children);
    return node;
  }
  const count = (value) => Math.round(value).toLocaleString("en-US");
  function time(nanos, digits) {
    const value = Math.abs(nanos);
    const [scale, unit] = value < 1e3 ? [1, "ns"] : value < 1e6 ? [1e3, "µs"] : value < 1e9 ? [1e6, "ms"] : [1e9, "s"];
    const shown = nanos / scale;
    return (digits === undefined ? Number(shown.toPrecision(4)) : shown.toFixed(digits)) + " " + unit;
  }

  // ---- packed data
  function bytesOf(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  }
  async function unpack([at, length]) {
    const text = at < meta.head ? head.slice(at, at + length) : rest.slice(at - meta.head, at - meta.head + length);
    const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  const json = async (where) => JSON.parse(new TextDecoder().decode(await unpack(where)));
  class Reader {
    constructor(bytes) { this.bytes = bytes; this.at = 0; }
    get over() { return this.at >= this.bytes.length; }
    next() {
      const bytes = this.bytes;
      let byte = bytes[this.at++];
      if (byte < 128) return byte;
      let value = byte & 127, scale = 128;
      do {
        byte = bytes[this.at++];
        value += (byte & 127) * scale;
        scale *= 128;
      } while (byte >= 128);
      return value;
    }
    signed() { const value = this.next(); return value % 2 ? -(value + 1) / 2 : value / 2; }
    column() { const length = this.next(); const part = this.bytes.subarray(this.at, this.at + length); this.at += length; return part; }
  }
  function decode(bytes, tile, unit, near) {
    const columns = new Reader(bytes);
    const [counts, gaps, lengths, tones, names] = [0, 1, 2, 3, 4].map(() => new Reader(columns.column()));
    const shares = columns.column();
    const lanes = new Map();
    let label = 0, share = 0;
    for (let lane = tile[0]; lane <= tile[1]; lane++) {
      const n = counts.next();
      const piece = { n, start: new Float64Array(n), end: new Float64Array(n), tone: new Uint32Array(n), label: new Float64Array(n), share: new Int32Array(n), shares };
      let at = 0;
      for (let i = 0; i < n; i++) {
        at += gaps.next();
        piece.start[i] = at * unit;
        at += lengths.next();
        piece.end[i] = at * unit;
        const tone = tones.next();
        piece.tone[i] = tone >>> 1;
        label = near ? label + names.signed() : names.next();
        piece.label[i] = label;
        piece.share[i] = tone & 1 ? share : -1;
        if (tone & 1) share += 4;
      }
      lanes.set(lane, piece);
    }
    return lanes;
  }

  // ---- sets of lanes at several levels
  function makeSet(data, near) {
    const levels = data.levels.map((level) => ({
      resolution: level.resolution, unit: level.unit,
      tiles: level.tiles.map((at) => ({ at, state: 0, lanes: null })),
    }));
    return { levels, near };
  }
  const sets = { procs: makeSet(meta.procs, true), goroutines: makeSet(meta.goroutines, false) };
  let loading = 0;
  function load(set, level, tile) {
    if (tile.state || loading >= 6 || (tile.at[4] >= meta.head && rest === null)) { if (!tile.state) again = true; return; }
    tile.state = 1;
    loading++;
    unpack([tile.at[4], tile.at[5]]).then((bytes) => {
      tile.lanes = decode(bytes, tile.at, level.unit, set.near);
      tile.state = 2;
      loading--;
      schedule();
    });
  }
  let again = false;
  // The tiles of a lane that touch a span of time. Tiles are in order of lanes.
  function tilesOf(level, lane, from, to) {
    const tiles = level.tiles;
    let low = 0, high = tiles.length;
    while (low < high) { const middle = (low + high) >> 1; if (tiles[middle].at[1] < lane) low = middle + 1; else high = middle; }
    const found = [];
    for (; low < tiles.length && tiles[low].at[0] <= lane; low++) {
      const at = tiles[low].at;
      if (at[0] !== at[1] || (at[2] <= to && at[3] >= from)) found.push(tiles[low]);
    }
    return found;
  }
  // Pieces of a lane as exact as a pixel needs, or coarser ones while those are being unpacked.
  function piecesOf(set, lane, from, to, perPixel) {
    let wanted = 0;
    for (let i = set.levels.length - 1; i > 0; i--) if (set.levels[i].resolution <= perPixel) { wanted = i; break; }
    for (let i = wanted; i < set.levels.length; i++) {
      const tiles = tilesOf(set.levels[i], lane, from, to);
      if (tiles.every((tile) => tile.state === 2)) return tiles.map((tile) => tile.lanes.get(lane));
      if (i === wanted || i === set.levels.length - 1) for (const tile of tiles) load(set, set.levels[i], tile);
    }
    return [];
  }
  function firstAt(piece, from) {
    let low = 0, high = piece.n;
    while (low < high) { const middle = (low + high) >> 1; if (piece.end[middle] <= from) low = middle + 1; else high = middle; }
    return low;
  }

  // ---- what is shown
  const view = { from: 0, to: meta.duration, top: 0, mode: "sites", open: new Set(), row: -1, chosen: null };
  let sites = [], people = [], places = null, byNumber = new Map(), children = new Map(), rows = [], density = null;
  const canvas = byId("lanes"), map = byId("map"), panel = byId("panel"), tip = byId("tip");
  const context = canvas.getContext("2d", { alpha: false }), mapContext = map.getContext("2d", { alpha: false });
  let colors = {};
  function readColors() {
    const style = getComputedStyle(document.documentElement);
    const rgb = (name) => {
      const text = style.getPropertyValue(name).trim().replace("#", "");
      return [0, 2, 4].map((at) => parseInt(text.slice(at, at + 2), 16));
    };
    const mixed = (name, part) => { const [c, p] = [rgb(name), rgb("--panel")]; return c.map((value, i) => value * part + p[i] * (1 - part)); };
    colors = {
      panel: rgb("--panel"), lane: rgb("--bg"), text: style.getPropertyValue("--text"), quiet: style.getPropertyValue("--quiet"),
      line: style.getPropertyValue("--line"), accent: style.getPropertyValue("--accent"), ink: style.getPropertyValue("--ink"),
      tones: [rgb("--s-run"), rgb("--s-leaked"), rgb("--accent"), mixed("--s-channel", 0.5), mixed("--s-lock", 0.55), mixed("--s-io", 0.45), mixed("--s-timer", 0.4), mixed("--s-other", 0.45)],
      font: style.getPropertyValue("--mono"),
    };
    colors.states = [colors.tones[0], colors.tones[1], mixed("--s-other", 0.5), colors.tones[2]];
  }
  const hues = new Map();
  function siteColor(site) {
    if (!hues.has(site)) {
      // The golden angle keeps neighbours apart.
      const hue = (site * 137.508) % 360, s = 0.5, l = 0.58, a = s * Math.min(l, 1 - l);
      const part = (n) => { const k = (n + hue / 30) % 12; return 255 * (l - a * Math.max(-1, Math.min(k - 3, 9 - k, 1))); };
      hues.set(site, site === 0 ? colors.tones[7] : [part(0), part(8), part(4)]);
    }
    return hues.get(site);
  }
  const COLLECTOR = new Set(["GC mark", "world stopped"]);
  function layOut() {
    rows = [];
    if (view.mode === "procs") {
      meta.procs.lanes.forEach((name, lane) => rows.push({ kind: "proc", lane, name, height: PROC }));
    } else {
      const order = sites.map((site, index) => ({ site, index })).filter(({ site }) => site.total > 0);
      order.sort((a, b) => b.site.times[0] - a.site.times[0] || a.index - b.index);
      for (const { site, index } of order) {
        rows.push({ kind: "site", index, name: site.name, height: SITE });
        if (!view.open.has(index)) continue;
        for (let lane = site.first; lane < site.first + Math.min(site.lanes, MOST_OPEN); lane++) {
          rows.push({ kind: "goroutine", lane, name: "G" + people[lane].id, height: GOROUTINE });
        }
      }
    }
    let y = 0;
    for (const row of rows) { row.y = y; y += row.height + (row.kind === "goroutine" ? 1 : 4); }
    rows.height = y;
  }

  // ---- drawing
  let image = null, pixels = null, sums = null, scale = 1, width = 0, height = 0;
  function resize() {
    scale = Math.min(2, devicePixelRatio || 1);
    width = Math.max(320, Math.round(canvas.clientWidth * scale));
    height = Math.max(120, Math.round(canvas.clientHeight * scale));
    canvas.width = width; canvas.height = height;
    map.width = Math.max(320, Math.round(map.clientWidth * scale)); map.height = Math.round(56 * scale);
    const gutter = Math.round(GUTTER * scale);
    image = context.createImageData(Math.max(1, width - gutter), height);
    pixels = new Uint32Array(image.data.buffer);
    sums = new Float32Array(image.width * 4);
    drawMap();
  }
  let scheduled = false;
  function schedule() {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => { scheduled = false; again = false; draw(); if (again && loading < 6 && rest !== null) schedule(); });
  }
  const pack = (r, g, b) => (255 << 24 | b << 16 | g << 8 | r) >>> 0;
  function paintPieces(list, y0, y1, isProc, isCollector, texts) {
    const w = image.width, perPixel = (view.to - view.from) / w, from = view.from;
    sums.fill(0);
    const put = (x, color, part) => { const at = x * 4; sums[at] += color[0] * part; sums[at + 1] += color[1] * part; sums[at + 2] += color[2] * part; sums[at + 3] += part; };
    const blend = [0, 0, 0];
    for (const piece of list) {
      if (!piece) continue;
      for (let i = firstAt(piece, from); i < piece.n && piece.start[i] < view.to; i++) {
        let x0 = (piece.start[i] - from) / perPixel, x1 = (piece.end[i] - from) / perPixel;
        let color, part = 1;
        const share = piece.share[i], tone = piece.tone[i];
        if (isCollector) color = colors.tones[1];
        else if (isProc) color = siteColor(tone);
        else color = colors.tones[tone];
        if (share >= 0) {
          const s = piece.shares;
          if (isProc) part = s[share] / 255;
          else {
            // A mixed piece has the colours of its states in their proportions.
            const waiting = tone >= 3 ? colors.tones[tone] : colors.states[2];
            let total = 0;
            blend[0] = blend[1] = blend[2] = 0;
            for (let k = 0; k < 4; k++) {
              const c = k === 2 ? waiting : colors.states[k], p = s[share + k] / 255;
              blend[0] += c[0] * p; blend[1] += c[1] * p; blend[2] += c[2] * p; total += p;
            }
            if (total === 0) continue;
            blend[0] /= total; blend[1] /= total; blend[2] /= total;
            color = blend; part = Math.min(1, total);
          }
        }
        if (x0 < 0) x0 = 0;
        if (x1 > w) x1 = w;
        const first = x0 | 0, last = Math.min(w - 1, x1 | 0);
        if (first === last) { put(first, color, (x1 - x0) * part); continue; }
        put(first, color, (first + 1 - x0) * part);
        for (let x = first + 1; x < last; x++) put(x, color, part);
        if (x1 > last) put(last, color, (x1 - last) * part);
        if (isProc && share < 0 && !isCollector && x1 - x0 > 46 * scale && texts.length < 400) texts.push([x0, x1, y0, y1, piece.label[i]]);
      }
    }
    const [br, bg, bb] = colors.lane;
    const row = y0 * w;
    for (let x = 0; x < w; x++) {
      const at = x * 4;
      let cover = sums[at + 3];
      if (cover <= 0) { pixels[row + x] = pack(br, bg, bb); continue; }
      const over = cover > 1 ? 1 / cover : 1;
      cover = Math.min(1, cover);
      // What is narrower than a pixel stays visible.
      const left = 1 - Math.max(cover, 0.12), shown = (1 - left) / cover * over;
      pixels[row + x] = pack(br * left + sums[at] * shown, bg * left + sums[at + 1] * shown, bb * left + sums[at + 2] * shown);
    }
    for (let y = y0 + 1; y < y1; y++) pixels.copyWithin(y * w, row, row + w);
  }
  // Running sums of a row of buckets, so that any span has its average at once.
  function summed(row) {
    const data = density.rows[row];
    if (!data) return null;
    if (!data.sums) {
      data.sums = data.map((values) => {
        const sum = new Float64Array(density.count + 1);
        for (let i = 0; i < density.count; i++) sum[i + 1] = sum[i] + (values.length ? values[i] : 0);
        return sum;
      });
      data.most = 0;
      for (let i = 0; i < density.count; i++) data.most = Math.max(data.most, data.reduce((total, values) => total + (values.length ? values[i] : 0), 0));
    }
    return data;
  }
  function average(sum, from, to) {
    const low = Math.min(density.count, Math.max(0, from / density.width)), high = Math.min(density.count, Math.max(0, to / density.width));
    if (high <= low) return 0;
    const at = (x) => { const i = Math.min(density.count - 1, x | 0); return sum[i] + (sum[i + 1] - sum[i]) * (x - i); };
    return (at(high) - at(low)) / (high - low);
  }
  const ORDER = [0, 3, 1, 2];
  // Where the edges of pixels lie among the buckets, for all rows of a frame.
  let edges = null, parts = null, before = null, tops = null;
  function layEdges() {
    const w = image.width, perPixel = (view.to - view.from) / w;
    if (!edges || edges.length !== w + 1) {
      edges = new Int32Array(w + 1);
      parts = new Float64Array(w + 1);
      tops = ORDER.map(() => new Int32Array(w));
    }
    for (let x = 0; x <= w; x++) {
      const at = Math.min(density.count, Math.max(0, (view.from + x * perPixel) / density.width));
      edges[x] = Math.min(density.count - 1, at | 0);
      parts[x] = at - edges[x];
    }
    before = density.width / perPixel;
  }
  function paintDensity(data, y0, y1, bottom) {
    const w = image.width, tall = bottom - y0, scaled = tall / (data.most || 1) * before;
    const back = pack(...colors.lane), paint = ORDER.map((state) => pack(...colors.states[state]));
    // How high each state reaches at each pixel; the running ones are at the bottom.
    ORDER.forEach((state, k) => {
      const sum = data.sums[state], top = tops[k], below = k > 0 ? tops[k - 1] : null;
      let last = sum[edges[0]] + (sum[edges[0] + 1] - sum[edges[0]]) * parts[0];
      for (let x = 0; x < w; x++) {
        const i = edges[x + 1], next = sum[i] + (sum[i + 1] - sum[i]) * parts[x + 1];
        const part = (next - last) * scaled;
        last = next;
        // What is less than a pixel stays visible, but for waiting.
        const high = part <= 0 ? 0 : state !== 2 && part < 1 ? 1 : Math.round(part);
        top[x] = Math.max(y0, (below ? below[x] : bottom) - high);
      }
    });
    const [t0, t1, t2, t3] = tops, [p0, p1, p2, p3] = paint;
    for (let y = Math.max(y0, 0, Math.round(AXIS * scale)); y < y1; y++) {
      const row = y * w;
      for (let x = 0; x < w; x++) pixels[row + x] = y >= t0[x] ? p0 : y >= t1[x] ? p1 : y >= t2[x] ? p2 : y >= t3[x] ? p3 : back;
    }
  }
  function draw() {
    if (!image) return;
    const gutter = width - image.width, axis = Math.round(AXIS * scale), w = image.width;
    const perPixel = (view.to - view.from) / w;
    pixels.fill(pack(...colors.panel));
    if (density) layEdges();
    const texts = [], shown = [];
    for (const row of rows) {
      const top = axis + Math.round((row.y - view.top) * scale), bottom = top + Math.round(row.height * scale);
      if (bottom <= axis || top >= height) continue;
      const y0 = Math.max(axis, top), y1 = Math.min(height, bottom);
      shown.push([row, top, bottom]);
      if (row.kind === "site") {
        const data = density && summed(sites[row.index].row);
        if (data) paintDensity(data, top, y1, bottom);
      } else {
        const set = row.kind === "proc" ? sets.procs : sets.goroutines;
        paintPieces(piecesOf(set, row.lane, view.from, view.to, perPixel), y0, y1, row.kind === "proc", COLLECTOR.has(row.name), texts);
      }
    }
    context.fillStyle = "rgb(" + colors.panel.join(",") + ")";
    context.fillRect(0, 0, width, height);
    context.putImageData(image, gutter, 0);
    context.fillRect(0, 0, width, axis);
    context.fillRect(0, 0, gutter, height);
    context.textBaseline = "middle";
    context.font = 11 * scale + "px " + colors.font;
    context.fillStyle = colors.ink;
    for (const [x0, x1, y0, y1, label] of texts) {
      const person = byNumber.get(label);
      const text = "G" + label + (person ? " " + sites[person.site].start : "");
      const room = Math.floor((x1 - x0 - 6 * scale) / (6.7 * scale));
      if (room >= 3) context.fillText(text.length > room ? text.slice(0, room - 1) + "…" : text, gutter + x0 + 3 * scale, (y0 + y1) / 2);
    }
    for (const [row, top, bottom] of shown) {
      const chosen = view.chosen !== null && row.kind === "goroutine" && people[row.lane].id === view.chosen;
      const current = rows[view.row] === row;
      if (current || chosen) {
        context.strokeStyle = colors.accent;
        context.lineWidth = scale;
        context.strokeRect(0.5, Math.max(axis, top) + 0.5, width - 1, bottom - Math.max(axis, top) - 1);
      }
      if ((top + bottom) / 2 < axis) continue;
      context.fillStyle = chosen ? colors.accent : row.kind === "goroutine" ? colors.quiet : colors.text;
      let text = row.name;
      if (row.kind === "site") {
        const site = sites[row.index];
        text = (site.lanes ? (view.open.has(row.index) ? "▾ " : "▸ ") : "  ") + site.start;
        context.fillText(clip(text, gutter), 6 * scale, top + 11 * scale);
        context.fillStyle = colors.quiet;
        context.fillText(clip("  " + count(site.total) + " · " + time(site.times[0]) + " running", gutter), 6 * scale, top + 26 * scale);
        continue;
      }
      context.fillText(clip(row.kind === "goroutine" ? "    " + text : text, gutter), 6 * scale, (top + bottom) / 2);
    }
    drawAxis(gutter, axis, perPixel);
    drawMapView();
    byId("range").textContent = time(view.from) + " … " + time(view.to) + " (" + time(view.to - view.from) + ")";
  }
  const clip = (text, room) => { const most = Math.floor(room / scale / 6.7) - 2; return text.length > most ? text.slice(0, most - 1) + "…" : text; };
  function drawAxis(gutter, axis, perPixel) {
    const rough = perPixel * 110 * scale, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((part) => part * power).find((size) => size >= rough) || rough;
    context.strokeStyle = colors.line;
    context.fillStyle = colors.quiet;
    context.lineWidth = 1;
    context.beginPath();
    for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) {
      const x = Math.round(gutter + (at - view.from) / perPixel) + 0.5;
      context.moveTo(x, 0);
      context.lineTo(x, height);
      const digits = step >= 1e9 ? 0 : Math.max(0, Math.ceil(-Math.log10(step / (at >= 1e9 ? 1e9 : at >= 1e6 ? 1e6 : at >= 1e3 ? 1e3 : 1))));
      context.fillText(at === 0 ? "0" : time(at, Math.min(9, digits)), x + 3 * scale, axis / 2);
    }
    context.globalAlpha = 0.5;
    context.stroke();
    context.globalAlpha = 1;
  }

  // ---- the map of the whole trace
  let mapImage = null;
  function drawMap() {
    const w = map.width, h = map.height, data = density && summed(0);
    mapContext.fillStyle = "rgb(" + colors.panel.join(",") + ")";
    mapContext.fillRect(0, 0, w, h);
    if (data) {
      const perPixel = meta.duration / w;
      const values = [];
      let most = 0;
      for (let x = 0; x < w; x++) {
        const column = [0, 3, 1].map((state) => average(data.sums[state], x * perPixel, (x + 1) * perPixel));
        values.push(column);
        most = Math.max(most, column[0] + column[1] + column[2]);
      }
      values.forEach((column, x) => {
        let y = h;
        column.forEach((value, i) => {
          const tall = value / (most || 1) * (h - 4);
          mapContext.fillStyle = "rgb(" + colors.states[[0, 3, 1][i]].map(Math.round).join(",") + ")";
          mapContext.fillRect(x, y - tall, 1, tall);
          y -= tall;
        });
      });
      const peak = Math.max(1, ...density.heap);
      mapContext.strokeStyle = colors.quiet;
      mapContext.beginPath();
      density.heap.forEach((value, i) => {
        const x = i * density.width / perPixel;
        if (value > 0 && x <= w) mapContext.lineTo(x, h - 2 - value / peak * (h - 6));
      });
      mapContext.stroke();
    }
    mapImage = document.createElement("canvas");
    mapImage.width = w;
    mapImage.height = h;
    mapImage.getContext("2d", { alpha: false }).drawImage(map, 0, 0);
    drawMapView();
  }
  function drawMapView() {
    if (!mapImage) return;
    mapContext.drawImage(mapImage, 0, 0);
    const x0 = view.from / meta.duration * map.width, x1 = Math.max(x0 + 2, view.to / meta.duration * map.width);
    mapContext.fillStyle = colors.accent;
    mapContext.globalAlpha = 0.14;
    mapContext.fillRect(x0, 0, x1 - x0, map.height);
    mapContext.globalAlpha = 1;
    mapContext.strokeStyle = colors.accent;
    mapContext.strokeRect(x0 + 0.5, 0.5, Math.max(1, x1 - x0 - 1), map.height - 1);
  }

  // ---- moving
  function show(from, to) {
    const least = 100, whole = meta.duration;
    let span = Math.min(whole, Math.max(Math.min(least, whole), to - from));
    from = Math.max(0, Math.min(whole - span, from));
    view.from = from;
    view.to = from + span;
    schedule();
  }
  function zoom(factor, part = 0.5) {
    const span = view.to - view.from, at = view.from + span * part, next = span * factor;
    show(at - next * part, at - next * part + Math.max(next, 100));
  }
  const pan = (part) => { const by = (view.to - view.from) * part; show(view.from + by, view.to + by); };
  function scroll(by) {
    view.top = Math.max(0, Math.min(Math.max(0, rows.height - canvas.clientHeight + AXIS + 8), view.top + by));
    schedule();
  }
  const say = (text) => { byId("said").textContent = text; };
  function choose(index) {
    view.row = Math.max(0, Math.min(rows.length - 1, index));
    const row = rows[view.row];
    if (!row) return;
    if (row.y < view.top) scroll(row.y - view.top);
    const below = row.y + row.height - view.top - (canvas.clientHeight - AXIS - 8);
    if (below > 0) scroll(below);
    say(row.kind === "site" ? row.name + ", " + count(sites[row.index].total) + " goroutines" : row.name);
    schedule();
  }
  function open(row) {
    if (!row) return;
    if (row.kind === "site") {
      if (view.open.has(row.index)) view.open.delete(row.index); else view.open.add(row.index);
      layOut();
      scroll(0);
      showSite(row.index);
    } else if (row.kind === "goroutine") showGoroutine(people[row.lane].id);
    else {
      const piece = pieceAt(row, (view.from + view.to) / 2);
      if (piece && !COLLECTOR.has(row.name)) showGoroutine(piece.label);
    }
  }
  function pieceAt(row, at) {
    const set = row.kind === "proc" ? sets.procs : sets.goroutines;
    const slack = (view.to - view.from) / image.width * 1.5;
    for (const piece of piecesOf(set, row.lane, at - slack, at + slack, slack / 1.5)) {
      if (!piece) continue;
      const i = firstAt(piece, at - slack);
      if (i < piece.n && piece.start[i] <= at + slack) {
        return { start: piece.start[i], end: piece.end[i], tone: piece.tone[i], label: piece.label[i], merged: piece.share[i] >= 0, shares: piece.share[i] >= 0 ? [...piece.shares.subarray(piece.share[i], piece.share[i] + 4)] : null };
      }
    }
    return null;
  }
  function spot(event) {
    const area = canvas.getBoundingClientRect();
    const x = event.clientX - area.left, y = event.clientY - area.top;
    const part = (x - GUTTER) / (area.width - GUTTER);
    const inside = y - AXIS + view.top;
    const index = y < AXIS ? -1 : rows.findIndex((row) => inside >= row.y && inside < row.y + row.height + 1);
    return { x, part, index, at: view.from + part * (view.to - view.from) };
  }
  function hover(event) {
    const { index, at, x } = spot(event);
    const row = rows[index];
    let text = "";
    if (row && x > GUTTER) {
      if (row.kind === "site") {
        const data = density && summed(sites[row.index].row);
        if (data) {
          const half = (view.to - view.from) / image.width;
          text = row.name + "\n" + STATES.map((state, i) => [state, average(data.sums[i], at - half, at + half)]).filter(([, value]) => value > 0.005)
            .map(([state, value]) => state + " " + value.toFixed(2)).join(", ");
        }
      } else {
        const piece = pieceAt(row, at);
        if (piece) text = describe(row, piece);
      }
    } else if (row) text = row.name;
    tip.hidden = !text;
    if (!text) return;
    tip.textContent = text;
    tip.style.left = Math.min(innerWidth - 320, event.clientX + 14) + "px";
    tip.style.top = Math.min(innerHeight - 120, event.clientY + 14) + "px";
  }
  function describe(row, piece) {
    const span = time(piece.end - piece.start) + " from " + time(piece.start);
    if (row.kind === "proc") {
      if (COLLECTOR.has(row.name)) return row.name + "\n" + span;
      const start = sites[piece.tone] ? sites[piece.tone].start : "";
      return row.name + ": " + (piece.merged ? "several, mostly " : "") + "G" + piece.label + " " + start + "\n" + span + (piece.merged ? ", busy " + Math.round(piece.shares[0] / 2.55) + " %" : "");
    }
    const place = places && places.places[piece.label];
    const where = place && place[2] >= 0 ? "\n" + places.stacks.texts[places.stacks.stacks[place[2]][0]] : "";
    if (!piece.merged) return row.name + ": " + (place && place[0] === "waiting" ? place[1] : TONES[piece.tone]) + "\n" + span + where;
    const parts = piece.shares.map((share, i) => [STATES[i], share / 2.55]).filter(([, part]) => part >= 0.5).map(([state, part]) => state + " " + Math.round(part) + " %");
    return row.name + ": several stays\n" + span + "\n" + parts.join(", ");
  }

  // ---- details
  const goButton = (id) => byNumber.has(id)
    ? el("button", { type: "button", class: "go", text: "G" + id, on: { click: () => showGoroutine(id) } })
    : el("span", { text: id < 0 ? "the runtime (timer, network, system)" : "G" + id });
  function stackOf(number) {
    const list = el("ol", { class: "stack" });
    if (number >= 0) for (const frame of places.stacks.stacks[number][1]) list.append(el("li", { class: "mono", text: places.stacks.texts[frame] }));
    return list;
  }
  function partsOf(times) {
    const total = times.reduce((sum, value) => sum + value, 0) || 1;
    const bar = el("div", { class: "parts" });
    times.forEach((value, i) => bar.append(el("span", { style: { width: value / total * 100 + "%", background: "rgb(" + colors.states[i].map(Math.round).join(",") + ")" } })));
    return bar;
  }
  function facts(pairs) {
    const list = el("dl", { class: "facts" });
    for (const [key, value] of pairs) list.append(el("div", {}, el("dt", { text: key }), el("dd", {}, value)));
    return list;
  }
  function openPanel(title, ...content) {
    const close = el("button", { type: "button", text: "×", "aria-label": "close", on: { click: closePanel } });
    panel.replaceChildren(el("h3", {}, el("span", { text: title }), close), ...content);
    const hidden = panel.hidden;
    panel.hidden = false;
    panel.scrollTop = 0;
    if (hidden) resize();
    say(title);
    schedule();
  }
  function closePanel() {
    panel.hidden = true;
    view.chosen = null;
    resize();
    schedule();
    canvas.focus();
  }
  function showSite(index) {
    const site = sites[index];
    const listed = people.slice(site.first, site.first + 50).map((person) => el("li", {}, goButton(person.id), " " + time(person.times[0]) + " running, " + time(person.times[2]) + " waiting"));
    openPanel(site.name, partsOf(site.times), facts([
      ["goroutines", count(site.total)], ["alive", count(site.total - site.ended)],
      ...STATES.map((state, i) => [state, time(site.times[i])]), ["woken", count(site.wakes)],
    ]), el("h4", { text: site.lanes < site.total ? "The " + count(site.lanes) + " that lived longest" : "Goroutines" }), el("ul", {}, ...listed));
  }
  // Goroutines that a goroutine started, those of one site together.
  function tree(id, depth) {
    const list = el("ul", {});
    const groups = new Map();
    for (const child of children.get(id) || []) {
      if (!groups.has(child.site)) groups.set(child.site, []);
      groups.get(child.site).push(child);
    }
    for (const [site, all] of groups) {
      for (const child of all.slice(0, 8)) {
        const item = el("li", {}, goButton(child.id), " " + sites[site].start);
        if (depth < 4 && children.has(child.id)) item.append(tree(child.id, depth + 1));
        list.append(item);
      }
      if (all.length > 8) list.append(el("li", { class: "remark", text: "… and " + count(all.length - 8) + " more of " + sites[site].start }));
    }
    return list;
  }
  function showGoroutine(id) {
    const person = byNumber.get(id);
    if (!person || !places) { say("G" + id + " is not among the goroutines with a lane"); return; }
    view.chosen = id;
    const site = sites[person.site];
    const where = el("table", {}, el("thead", {}, el("tr", {}, ...["state", "time", "count", "where"].map((text) => el("th", { text })))));
    const rowsOf = el("tbody");
    for (const [place, nanos, times] of person.places) {
      if (place === 0) {
        rowsOf.append(el("tr", {}, el("td", { text: "elsewhere" }), el("td", { class: "num", text: time(nanos) }), el("td", { class: "num", text: count(times) }), el("td")));
        continue;
      }
      const [state, reason, stack] = places.places[place];
      const at = stack >= 0 ? el("details", {}, el("summary", { text: (state === "runnable" ? "after " : "") + places.stacks.texts[places.stacks.stacks[stack][0]] }), stackOf(stack)) : "";
      rowsOf.append(el("tr", {}, el("td", { text: state === "waiting" ? reason : state }), el("td", { class: "num", text: time(nanos) }), el("td", { class: "num", text: count(times) }), el("td", {}, at)));
    }
    where.append(rowsOf);
    const wakers = el("ul", {}, ...person.wakers.map(([waker, times]) => el("li", {}, goButton(waker), " " + count(times) + (times === 1 ? " time" : " times"))));
    const up = [];
    for (let at = person.parent; at >= 0 && up.length < 8; at = byNumber.has(at) ? byNumber.get(at).parent : -1) up.push(at);
    const ancestors = el("p", {});
    up.reverse().forEach((at) => ancestors.append(goButton(at), " → "));
    ancestors.append(el("b", { text: "G" + id }));
    openPanel("G" + id + " " + site.start, partsOf(person.times), facts([
      ["site", site.name],
      ["created", person.born < 0 ? "before the trace" : "at " + time(person.born)],
      ["ended", person.ended < 0 ? "not in the trace (" + person.last + ")" : "at " + time(person.ended)],
      ...STATES.map((state, i) => [state, time(person.times[i])]),
      ["ran", count(person.runs) + " times"], ["woken", count(person.wakes) + " times"],
    ]),
    el("h4", { text: "Where" }), where,
    el("h4", { text: "Woken by" }), person.wakers.length ? wakers : el("p", { class: "remark", text: "nobody" }),
    el("h4", { text: "Spawn tree" }), ancestors, tree(id, 0),
    ...(person.created >= 0 ? [el("details", {}, el("summary", { text: "Stack of its creation" }), stackOf(person.created))] : []));
    const index = rows.findIndex((row) => row.kind === "goroutine" && people[row.lane].id === id);
    if (index >= 0) choose(index);
  }
  function reveal(id) {
    const person = byNumber.get(id);
    if (!person) return;
    view.mode = "sites";
    byId("mode").value = "sites";
    view.open.add(person.site);
    layOut();
    const from = person.born < 0 ? 0 : person.born, to = person.ended < 0 ? meta.duration : person.ended;
    show(from - (to - from) * 0.05, to + (to - from) * 0.05);
    showGoroutine(id);
  }

  // ---- search
  const found = byId("found"), search = byId("search");
  function find() {
    const text = search.value.trim().toLowerCase();
    const items = [];
    const number = /^g?(\d+)$/.exec(text);
    if (number && byNumber.has(Number(number[1]))) {
      const id = Number(number[1]);
      items.push(el("li", {}, el("button", { type: "button", text: "G" + id, on: { click: () => reveal(id) } }), " " + sites[byNumber.get(id).site].name));
    }
    if (text.length > 1) {
      sites.forEach((site, index) => {
        if (items.length >= 40 || site.total === 0 || !site.name.toLowerCase().includes(text)) return;
        const pick = () => {
          view.mode = "sites";
          byId("mode").value = "sites";
          view.open.add(index);
          layOut();
          choose(rows.findIndex((row) => row.kind === "site" && row.index === index));
          showSite(index);
        };
        items.push(el("li", {}, el("button", { type: "button", text: site.start, on: { click: pick } }), " " + count(site.total) + " · " + site.name));
      });
    }
    found.replaceChildren(...items);
    found.hidden = items.length === 0;
    if (text) say(items.length + " found");
  }

  // ---- events
  function listen() {
    search.addEventListener("input", find);
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { const first = found.querySelector("button"); if (first) first.click(); }
      if (event.key === "Escape") { search.value = ""; find(); canvas.focus(); }
    });
    byId("mode").addEventListener("change", (event) => { view.mode = event.target.value; view.top = 0; view.row = -1; layOut(); schedule(); });
    byId("in").addEventListener("click", () => zoom(0.5));
    byId("out").addEventListener("click", () => zoom(2));
    byId("all").addEventListener("click", () => show(0, meta.duration));
    byId("theme").addEventListener("click", () => {
      const root = document.documentElement;
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      readColors();
      legend();
      drawMap();
      schedule();
    });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      const { part } = spot(event);
      if (event.ctrlKey || event.metaKey || event.altKey) zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 200))), Math.max(0, Math.min(1, part)));
      else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan((event.deltaX || event.deltaY) / 1000);
      else scroll(event.deltaY);
    }, { passive: false });
    let drag = null;
    canvas.addEventListener("pointerdown", (event) => { drag = { x: event.clientX, y: event.clientY, from: view.from, to: view.to, top: view.top, moved: false }; canvas.setPointerCapture(event.pointerId); });
    canvas.addEventListener("pointermove", (event) => {
      if (!drag) { hover(event); return; }
      const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
      if (Math.abs(dx) + Math.abs(dy) > 4) { drag.moved = true; canvas.classList.add("drag"); tip.hidden = true; }
      if (!drag.moved) return;
      const by = -dx / (canvas.clientWidth - GUTTER) * (drag.to - drag.from);
      show(drag.from + by, drag.to + by);
      view.top = drag.top;
      scroll(-dy);
    });
    canvas.addEventListener("pointerup", (event) => {
      const moved = drag && drag.moved;
      drag = null;
      canvas.classList.remove("drag");
      if (moved) return;
      const { index, at, x } = spot(event);
      const row = rows[index];
      if (!row) return;
      view.row = index;
      if (row.kind === "proc") {
        const piece = x > GUTTER && !COLLECTOR.has(row.name) ? pieceAt(row, at) : null;
        if (piece) showGoroutine(piece.label);
      } else if (row.kind === "site" && x > GUTTER) showSite(row.index);
      else open(row);
    });
    canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
    canvas.addEventListener("dblclick", (event) => zoom(0.25, Math.max(0, Math.min(1, spot(event).part))));
    canvas.addEventListener("keydown", (event) => {
      const keys = {
        ArrowLeft: () => pan(-0.1), ArrowRight: () => pan(0.1), ArrowUp: () => choose(view.row - 1), ArrowDown: () => choose(view.row + 1),
        "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), 0: () => show(0, meta.duration), Home: () => show(0, view.to - view.from),
        End: () => show(meta.duration - (view.to - view.from), meta.duration), PageUp: () => scroll(-canvas.clientHeight * 0.8), PageDown: () => scroll(canvas.clientHeight * 0.8),
        Enter: () => open(rows[view.row]), " ": () => open(rows[view.row]), Escape: () => { if (!panel.hidden) closePanel(); },
      };
      if (keys[event.key] && !event.ctrlKey && !event.metaKey) { event.preventDefault(); keys[event.key](); }
    });
    addEventListener("keydown", (event) => {
      if (event.key === "/" && document.activeElement !== search) { event.preventDefault(); search.focus(); }
      if (event.key === "Escape" && panel.contains(document.activeElement)) closePanel();
    });
    let mapDrag = false;
    const jump = (event) => {
      const area = map.getBoundingClientRect(), at = (event.clientX - area.left) / area.width * meta.duration, half = (view.to - view.from) / 2;
      show(at - half, at + half);
    };
    map.addEventListener("pointerdown", (event) => { mapDrag = true; map.setPointerCapture(event.pointerId); jump(event); });
    map.addEventListener("pointermove", (event) => { if (mapDrag) jump(event); });
    map.addEventListener("pointerup", () => { mapDrag = false; });
    addEventListener("resize", () => { resize(); schedule(); });
  }
  function legend() {
    byId("legend").replaceChildren(...TONES.map((text, i) => el("span", {}, el("span", { class: "swatch", style: { background: "rgb(" + colors.tones[i].map(Math.round).join(",") + ")" } }), text)),
      el("span", { text: "wheel: scroll · ctrl+wheel: zoom · drag: move · click: details" }));
  }

  // ---- start
  async function start() {
    readColors();
    legend();
    const [rawSites, rawBuckets, rawPeople] = await Promise.all([json(meta.sites), unpack(meta.buckets.at), json(meta.people)]);
    sites = rawSites.map(([name, start, created, older, ended, times, wakes, row, first, lanes]) => ({ name, start, total: created + older, ended, times, wakes, row, first, lanes }));
    const reader = new Reader(rawBuckets);
    const list = (unit) => {
      const values = new Float32Array(reader.next());
      let before = 0;
      for (let i = 0; i < values.length; i++) values[i] = (before += reader.signed()) / unit;
      return values;
    };
    density = { width: meta.buckets.width, count: meta.buckets.count, rows: [] };
    for (let row = 0; row < meta.buckets.rows; row++) density.rows.push([0, 1, 2, 3].map(() => list(64)));
    density.heap = list(1);
    people = rawPeople.map(([id, site, parent, born, ended, created, times, runs, wakes, spent, wakers, last]) => ({ id, site, parent, born, ended, created, times, runs, wakes, places: spent, wakers, last }));
    for (const person of people) {
      byNumber.set(person.id, person);
      if (person.parent >= 0) { if (!children.has(person.parent)) children.set(person.parent, []); children.get(person.parent).push(person); }
    }
    layOut();
    resize();
    listen();
    draw();
    document.documentElement.dataset.ready = "true";
    places = await json(meta.places);
  }
  document.addEventListener("DOMContentLoaded", () => { rest = byId("rest").textContent; schedule(); });
  if (typeof DecompressionStream === "undefined") byId("legend").textContent = "This browser cannot unpack the timeline (it lacks DecompressionStream).";
  else start();
})();
