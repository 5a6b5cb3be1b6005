"use strict";
// Draws what needs a script from the JSON beside it: the group table, the icicle of stacks, the growth chart and the rings of
// cycles. Evidence reaches the page through textContent only, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const SVG = "http://www.w3.org/2000/svg";
  const PAGE = 100;
  const byId = (id) => document.getElementById(id);
  // The escapes that the other formats write for characters without a shape of their own.
  const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
  const clean = (text) => String(text).replace(UNSAFE, (c) => {
    const code = c.charCodeAt(0);
    return code < 0x100 ? "\\x" + code.toString(16).padStart(2, "0") : "\\u" + code.toString(16).padStart(4, "0");
  });
  const number = (n) => n.toLocaleString("en-US");
  const goroutines = (n) => number(n) + (n === 1 ? " goroutine" : " goroutines");

  function el(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "text") node.textContent = clean(value);
      else if (key === "on") for (const [event, run] of Object.entries(value)) node.addEventListener(event, run);
      else node.setAttribute(key, value);
    }
    node.append(...children);
    return node;
  }

  function svg(name, attributes, text) {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = clean(text);
    return node;
  }

  // What could release a goroutine in this state decides its colour.
  const CATEGORIES = [
    ["leaked", "marked as leaked by the runtime"],
    ["channel", "channel or select"],
    ["lock", "mutex, wait group, condition"],
    ["io", "network, file, system call"],
    ["timer", "sleep"],
    ["run", "running or runnable"],
    ["other", "anything else"],
  ];
  function category(group) {
    const state = group.state;
    if (group.leaked || state === "leaked") return "leaked";
    if (state.startsWith("chan") || state.startsWith("select")) return "channel";
    if (state.startsWith("sync.") || state === "semacquire") return "lock";
    if (state === "IO wait" || state === "syscall") return "io";
    if (state === "sleep") return "timer";
    if (state === "running" || state === "runnable") return "run";
    return "other";
  }
  for (const group of data.groups) group.category = category(group);

  function waitText(group) {
    if (!group.wait || group.wait[1] === 0) return "";
    const [min, max] = group.wait;
    if (min === max) return number(max) + " min";
    return min === 0 ? "≤ " + number(max) + " min" : number(min) + "–" + number(max) + " min";
  }
  const stateText = (group) => (group.inferred ? "~" : "") + group.state + (group.leaked && group.state !== "leaked" ? " (leaked)" : "");
  const shortName = (name) => {
    const type = name.indexOf("[");
    const head = type < 0 ? name : name.slice(0, type);
    const call = head.indexOf("(0x");
    return name.slice((call < 0 ? head : head.slice(0, call)).lastIndexOf("/") + 1);
  };

  // ---- theme
  const themeButton = byId("theme");
  if (themeButton) {
    const root = document.documentElement;
    const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    const label = () => { themeButton.textContent = dark() ? "Light" : "Dark"; };
    themeButton.hidden = false;
    themeButton.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; label(); });
    label();
  }

  // ---- tooltip
  const tip = byId("tip");
  function showTip(text, x, y) {
    tip.textContent = clean(text).replaceAll("\\x0a", "\n");
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - box.width - 8)) + "px";
    tip.style.top = (y + 18 + box.height > innerHeight ? Math.max(4, y - box.height - 10) : y + 18) + "px";
  }
  const hideTip = () => { tip.hidden = true; };

  // ---- group table
  const columns = [
    { name: "count", value: (g) => g.count, numeric: true },
    { name: "state", value: stateText },
    { name: "wait", value: (g) => (g.wait ? g.wait[1] : -1), numeric: true },
    { name: "where", value: (g) => (g.site ? g.site.join(" ") : "") },
    { name: "created by", value: (g) => (g.creator ? g.creator.join(" ") : "") },
    { name: "labels", value: (g) => g.labels.map(([k, v]) => k + "=" + v).join(" ") },
  ];
  const view = { text: "", state: "", healthy: true, sort: 0, down: true, limit: PAGE };

  function haystack(group) {
    if (group.hay === undefined) {
      const frames = data.stacks[group.stack].map((id) => data.frames[id][0] + " " + data.frames[id][1]);
      const parts = [stateText(group), group.key, columns[3].value(group), columns[4].value(group), columns[5].value(group)];
      group.hay = parts.concat(group.entry || "", frames).join("\n").toLowerCase();
    }
    return group.hay;
  }

  function matching() {
    const words = view.text.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = data.groups.filter((group) =>
      (!view.state || stateText(group) === view.state)
      && (view.healthy || !group.entry)
      && words.every((word) => haystack(group).includes(word)));
    const { value, numeric } = columns[view.sort];
    const sign = view.down ? -1 : 1;
    return rows
      .map((group, index) => ({ group, index, key: value(group) }))
      .sort((a, b) => sign * (numeric ? a.key - b.key : a.key < b.key ? -1 : a.key > b.key ? 1 : 0) || a.index - b.index)
      .map((row) => row.group);
  }

  const place = (pair) => (pair
    ? [el("code", { class: "fn", text: shortName(pair[0]), title: clean(pair[0]) }), el("code", { class: "at", text: pair[1] })]
    : []);

  function stackList(id) {
    const list = el("ol", { class: "stack" });
    for (const frame of data.stacks[id]) {
      const [name, at, origin] = data.frames[frame];
      list.append(el("li", { class: origin }, el("code", { class: "fn", text: name }), " ", el("code", { class: "at", text: at })));
    }
    return list;
  }

  function groupRow(group) {
    const button = el("button", { type: "button", class: "expand", "aria-expanded": "false", "aria-label": "Stack" });
    const where = el("td", {});
    if (group.key) where.append(el("b", { text: group.key }));
    where.append(...place(group.site));
    const labels = el("td", {});
    for (const [key, value] of group.labels) labels.append(el("span", { class: "chip", text: key + "=" + value }), " ");
    if (group.entry) labels.append(el("span", { class: "chip quiet", text: group.entry }));
    const row = el("tr", { class: "group" },
      el("td", {}, button),
      el("td", { class: "num", text: number(group.count) }),
      el("td", {}, el("span", { class: "swatch " + group.category }), el("span", { text: stateText(group) })),
      el("td", { class: "wait", text: waitText(group) }),
      where, el("td", {}, ...place(group.creator)), labels);
    let detail = null;
    const toggle = () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(open));
      row.classList.toggle("open", open);
      if (open && !detail) {
        const cell = el("td", { colspan: "6" }, stackList(group.stack));
        if (group.ids.length) {
          const more = group.count > group.ids.length ? " …" : "";
          cell.append(el("p", { class: "remark", text: "goroutines " + group.ids.join(", ") + more }));
        }
        detail = el("tr", { class: "detail" }, el("td", {}), cell);
        row.after(detail);
      }
      if (detail) detail.hidden = !open;
    };
    row.addEventListener("click", (event) => {
      if (!String(getSelection())) { event.preventDefault(); toggle(); }
    });
    return row;
  }

  function buildTable(host) {
    const search = el("input", {
      type: "search", placeholder: "Search functions, files, labels ( / )", "aria-label": "Search groups",
      on: { input: () => { view.text = search.value; view.limit = PAGE; update(); } },
    });
    const states = new Map();
    for (const group of data.groups) states.set(stateText(group), (states.get(stateText(group)) || 0) + group.count);
    const select = el("select", {
      "aria-label": "State", on: { change: () => { view.state = select.value; view.limit = PAGE; update(); } },
    }, el("option", { value: "", text: "all states" }));
    for (const [state, count] of [...states].sort((a, b) => b[1] - a[1])) {
      const option = el("option", { text: state + " (" + number(count) + ")" });
      option.value = state;
      select.append(option);
    }
    const known = el("input", {
      type: "checkbox", id: "known", checked: "",
      on: { change: () => { view.healthy = known.checked; update(); } },
    });
    const status = el("span", { class: "remark", role: "status" });
    host.append(el("div", { class: "tools" }, search, select, known, el("label", { for: "known", text: "with known waits" }), status));
    const head = el("tr", {}, el("th", {}));
    const heads = columns.map((column, index) => {
      const cell = el("th", { scope: "col" }, el("button", {
        type: "button", text: column.name,
        on: {
          click: () => {
            if (view.sort === index) view.down = !view.down;
            else { view.sort = index; view.down = Boolean(column.numeric); }
            update();
          },
        },
      }));
      if (index === 0) cell.className = "num";
      head.append(cell);
      return cell;
    });
    const body = el("tbody", {});
    host.append(el("div", { class: "scroll" }, el("table", { class: "groups" }, el("thead", {}, head), body)));
    const more = el("button", { type: "button", on: { click: () => { view.limit += PAGE * 5; update(); } } });
    host.append(el("p", {}, more));
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
        event.preventDefault();
        search.focus();
      }
    });
    function update() {
      heads.forEach((cell, index) => {
        if (index === view.sort) cell.setAttribute("aria-sort", view.down ? "descending" : "ascending");
        else cell.removeAttribute("aria-sort");
      });
      const rows = matching();
      body.replaceChildren(...rows.slice(0, view.limit).map(groupRow));
      more.hidden = rows.length <= view.limit;
      more.textContent = "Show more (" + number(rows.length - view.limit) + " groups)";
      const sum = rows.reduce((total, group) => total + group.count, 0);
      status.textContent = number(rows.length) + " of " + number(data.groups.length) + " groups, " + goroutines(sum);
      if (flame) flame.highlight(view.text);
    }
    update();
  }

  // ---- icicle of stacks: outermost frames on top, width is the number of goroutines, colour is what most of them wait for
  let flame = null;
  const CREATED = "created by ";
  function buildFlame(host) {
    const root = { name: "all goroutines", at: "", origin: "user", count: 0, kinds: {}, children: new Map(), parent: null, depth: 0 };
    const enter = (node, group) => {
      node.count += group.count;
      node.kinds[group.category] = (node.kinds[group.category] || 0) + group.count;
    };
    for (const group of data.groups) {
      enter(root, group);
      let node = root;
      const steps = data.stacks[group.stack].map((id) => [String(id), ...data.frames[id]]).reverse();
      if (group.creator) steps.unshift(["by " + group.creator.join(" "), CREATED + group.creator[0], group.creator[1], "user"]);
      for (const [key, name, at, origin] of steps) {
        let child = node.children.get(key);
        if (!child) {
          child = { name, at, origin, count: 0, kinds: {}, children: new Map(), parent: node, depth: node.depth + 1 };
          node.children.set(key, child);
        }
        enter(child, group);
        node = child;
      }
    }
    const heaviest = (node) => Object.entries(node.kinds).sort((a, b) => b[1] - a[1])[0][0];
    const sorted = (node) => [...node.children.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
    const ROW = 20;
    let zoom = root;
    let words = [];
    let shown = [];
    const crumbs = el("div", { class: "crumbs", role: "navigation", "aria-label": "Zoom path" });
    const picture = el("div", {});
    host.append(el("h3", { text: "Stacks" }),
      el("p", { class: "remark", text: "Outermost frame on top; width is the number of goroutines. Click or Enter zooms, arrows move, Escape goes back." }));
    const legend = el("div", { class: "legend" });
    const present = new Set(data.groups.map((group) => group.category));
    for (const [name, text] of CATEGORIES) {
      if (present.has(name)) legend.append(el("span", {}, el("span", { class: "swatch " + name }), text));
    }
    host.append(legend, crumbs, picture);

    const describe = (node) => {
      const share = (100 * node.count / root.count).toFixed(1);
      const kinds = Object.entries(node.kinds).sort((a, b) => b[1] - a[1]).map(([name, count]) => name + " " + number(count)).join(", ");
      return clean(node.name) + "\n" + (node.at ? clean(node.at) + "\n" : "") + goroutines(node.count) + " (" + share + " %)\n" + kinds;
    };
    const matches = (node) => words.every((word) => (node.name + " " + node.at).toLowerCase().includes(word));

    function draw(focus) {
      const width = Math.max(320, host.clientWidth || 1000);
      shown = [];
      const path = [];
      for (let node = zoom; node; node = node.parent) path.unshift(node);
      const place = (node, x, w, y) => {
        shown.push({ node, x, w, y });
        let at = x;
        for (const child of sorted(node)) {
          const part = w * child.count / node.count;
          if (part >= 1.5) place(child, at, part, y + 1);
          at += part;
        }
      };
      place(zoom, 0, width - 2, 0);
      const depth = Math.max(...shown.map((box) => box.y)) + 1;
      const image = svg("svg", { width, height: depth * ROW + 2, role: "tree", "aria-label": "Stacks of all groups" });
      for (const box of shown) {
        const own = box.node.origin === "user" || box.node.origin === "third-party";
        const g = svg("g", {
          role: "treeitem", tabindex: "-1", transform: "translate(" + (box.x + 1).toFixed(2) + "," + (box.y * ROW + 1) + ")",
          "aria-label": describe(box.node).replaceAll("\n", ", "), "aria-level": box.y + 1,
        });
        if (!own) g.classList.add("foreign");
        if (words.length && !matches(box.node)) g.classList.add("dim");
        g.append(svg("rect", { class: heaviest(box.node), width: Math.max(0.5, box.w - 0.5).toFixed(2), height: ROW - 1, rx: 2 }));
        const room = Math.floor((box.w - 8) / 6.7);
        if (room >= 3) {
          const made = box.node.name.startsWith(CREATED) ? CREATED : "";
          const name = made + clean(shortName(box.node.name));
          g.append(svg("text", { x: 4, y: 14 }, name.length > room ? name.slice(0, room - 1) + "…" : name));
        }
        g.addEventListener("click", () => zoomTo(box.node));
        g.addEventListener("pointermove", (event) => showTip(describe(box.node), event.clientX, event.clientY));
        g.addEventListener("pointerleave", hideTip);
        g.addEventListener("focus", () => {
          const area = g.getBoundingClientRect();
          if (g.matches(":focus-visible")) showTip(describe(box.node), area.left, area.bottom - 12);
        });
        g.addEventListener("blur", hideTip);
        g.addEventListener("keydown", (event) => key(event, box));
        box.g = g;
        image.append(g);
      }
      picture.replaceChildren(image);
      crumbs.replaceChildren(...path.map((node, index) => {
        const last = index === path.length - 1;
        const button = el("button", { type: "button", text: shortName(node.name), on: { click: () => zoomTo(node) } });
        if (last) button.setAttribute("aria-current", "true");
        return button;
      }));
      crumbs.hidden = path.length === 1;
      shown[0].g.setAttribute("tabindex", "0");
      if (focus) shown[0].g.focus();
    }
    function zoomTo(node) {
      hideTip();
      // Zooming to where one is goes back up, so that a second click undoes the first.
      zoom = node === zoom && node.parent ? node.parent : node;
      draw(picture.contains(document.activeElement));
    }
    function key(event, box) {
      const go = (target) => {
        if (!target) return;
        event.preventDefault();
        box.g.setAttribute("tabindex", "-1");
        target.g.setAttribute("tabindex", "0");
        target.g.focus();
      };
      const level = () => shown.filter((other) => other.y === box.y).sort((a, b) => a.x - b.x);
      switch (event.key) {
        case "ArrowDown": go(shown.find((other) => other.node.parent === box.node)); break;
        case "ArrowUp": go(shown.find((other) => other.node === box.node.parent)); break;
        case "ArrowRight": { const row = level(); go(row[row.indexOf(box) + 1]); break; }
        case "ArrowLeft": { const row = level(); go(row[row.indexOf(box) - 1]); break; }
        case "Home": go(shown[0]); break;
        case "Enter": case " ": event.preventDefault(); zoomTo(box.node); break;
        case "Escape": case "Backspace": if (zoom.parent) { event.preventDefault(); zoom = zoom.parent; hideTip(); draw(true); } break;
        default:
      }
    }
    let last = 0;
    addEventListener("resize", () => { cancelAnimationFrame(last); last = requestAnimationFrame(() => draw(false)); });
    flame = {
      highlight(text) {
        words = text.toLowerCase().split(/\s+/).filter(Boolean);
        for (const box of shown) box.g.classList.toggle("dim", words.length > 0 && !matches(box.node));
      },
    };
    draw(false);
  }

  // ---- growth chart
  function buildChart(host, series) {
    const width = 900, height = 260, left = 64, right = 16, top = 14, bottom = 34;
    const lines = [["all goroutines", series.totals], ...series.lines];
    const max = Math.max(1, ...lines.flatMap(([, counts]) => counts));
    const step = 10 ** Math.floor(Math.log10(max));
    const unit = [0.2, 0.5, 1, 2].map((part) => part * step).find((size) => max / size <= 6) || step;
    const ceiling = Math.ceil(max / unit) * unit;
    const first = series.at[0] || 0;
    const span = (series.at[series.at.length - 1] - first) || 1;
    const x = (at) => left + (width - left - right) * (at - first) / span;
    const y = (count) => top + (height - top - bottom) * (1 - count / ceiling);
    const image = svg("svg", { viewBox: "0 0 " + width + " " + height, width, role: "img", "aria-label": "Goroutines over time" });
    for (let value = 0; value <= ceiling + unit / 2; value += unit) {
      image.append(svg("line", { class: "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
        svg("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, number(Math.round(value))));
    }
    const marks = series.at.length <= 10 ? series.at : [0, 0.25, 0.5, 0.75, 1].map((part) => first + span * part);
    for (const at of marks) {
      const text = series.timed ? number(Math.round((at - first) * 10) / 10) + " min" : "#" + (Math.round(at) + 1);
      image.append(svg("text", { x: x(at), y: height - 12, "text-anchor": at === marks[0] ? "start" : at === marks[marks.length - 1] ? "end" : "middle" }, text));
    }
    lines.forEach(([name, counts], index) => {
      const points = counts.map((count, i) => x(series.at[i] ?? i).toFixed(1) + "," + y(count).toFixed(1));
      const path = svg("path", { class: "c" + index, d: "M" + points.join("L") });
      path.append(svg("title", {}, name));
      image.append(path);
    });
    const legend = el("figcaption", { class: "legend" });
    lines.forEach(([name], index) => legend.append(el("span", {}, el("span", { class: "swatch k" + index }), clean(name))));
    host.append(image, legend);
  }

  // ---- cycles as rings
  function buildRing(host, members) {
    const size = 190, middle = size / 2, radius = members.length > 1 ? 62 : 0;
    const image = svg("svg", { viewBox: "0 0 " + size + " " + size, width: size, height: size, role: "img", "aria-label": "Cycle of " + members.length });
    const defs = svg("defs");
    const marker = svg("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: "auto" });
    marker.append(svg("path", { d: "M0,0L8,4L0,8z" }));
    defs.append(marker);
    image.append(defs);
    const angle = (index) => 2 * Math.PI * index / members.length - Math.PI / 2;
    const point = (a) => (middle + radius * Math.cos(a)).toFixed(1) + "," + (middle + radius * Math.sin(a)).toFixed(1);
    const gap = Math.min(0.42, Math.PI / members.length * 0.6);
    members.forEach((member, index) => {
      if (members.length > 1) {
        const arc = "M" + point(angle(index) + gap) + "A" + radius + "," + radius + " 0 0 1 " + point(angle(index + 1) - gap);
        image.append(svg("path", { d: arc, "marker-end": "url(#arrow)" }));
      }
      const [cx, cy] = point(angle(index)).split(",");
      const id = /goroutine (\d+)/.exec(member);
      image.append(svg("circle", { cx, cy, r: 20 }), svg("text", { x: cx, y: Number(cy) + 4 }, id ? id[1] : String(index + 1)));
    });
    host.append(image);
  }

  const flameHost = byId("flame");
  if (flameHost && data.groups.length) buildFlame(flameHost);
  const tableHost = byId("table");
  if (tableHost && data.groups.length) buildTable(tableHost);
  const chartHost = byId("chart");
  if (chartHost && data.series && data.series.totals.length > 1) buildChart(chartHost, data.series);
  for (const host of document.querySelectorAll("[data-cycle]")) {
    const members = data.cycles[Number(host.dataset.cycle)];
    if (members.length <= 24) buildRing(host, members);
  }
  document.documentElement.dataset.ready = "true";
})();
