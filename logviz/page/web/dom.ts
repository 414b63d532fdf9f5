// Elements from names, attributes and children. Text is only ever set as text: what a log says never becomes markup.

type Child = Node | string | null | undefined;
type Attributes = Record<string, string | number | boolean | ((e: Event) => void) | undefined>;

export function h<K extends keyof HTMLElementTagNameMap>(name: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const e = document.createElement(name);
  set(e, attributes);
  append(e, children);
  return e;
}

const svgNamespace = "http://www.w3.org/2000/svg";

export function s<K extends keyof SVGElementTagNameMap>(name: K, attributes: Attributes = {}, ...children: Child[]): SVGElementTagNameMap[K] {
  const e = document.createElementNS(svgNamespace, name);
  set(e, attributes);
  append(e, children);
  return e;
}

function set(e: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") e.addEventListener(name, value);
    else if (value !== undefined && value !== false) e.setAttribute(name, value === true ? "" : String(value));
  }
}

function append(e: Element, children: Child[]): void {
  for (const c of children) if (c !== null && c !== undefined) e.append(c);
}

// icon is a sign drawn by us: not every reader's fonts have those for players.
export function icon(path: string): SVGElement {
  return s("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d: path }));
}

// write sets a text if it is another one: unchanged text costs no layout.
export function write(e: Element, text: string): void {
  if (e.textContent !== text) e.textContent = text;
}

// printable shows characters that would steer the reader (controls, marks of direction, unassigned ones) as their
// numbers, and shortens what is longer than anybody reads.
export function printable(text: string, most = 80): string {
  const short = text.length > most ? text.slice(0, most) + "…" : text;
  return short.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`,
  );
}

// name is a name from a log, kept from turning the direction of what stands around it.
export function name(text: string): HTMLElement {
  return h("bdi", text.length > 24 ? { title: printable(text, 300) } : {}, printable(text));
}
