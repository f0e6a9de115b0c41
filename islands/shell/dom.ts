/** Every element of the page that asks for an island, now and after each exchange by htmx. */
export function whenShown(selector: string, start: (element: HTMLElement) => void): void {
  const started = new WeakSet<Element>();
  const look = (within: ParentNode): void => {
    const found = [...within.querySelectorAll<HTMLElement>(selector)];
    if (within instanceof HTMLElement && within.matches(selector)) found.push(within);
    for (const element of found) {
      if (started.has(element)) continue;
      started.add(element);
      start(element);
    }
  };
  look(document);
  document.addEventListener("htmx:load", (event) => {
    const { elt } = (event as CustomEvent<{ elt: Element }>).detail;
    look(elt);
  });
}

/** A word the server has put on the page, so that no sentence for people lives in a script. */
export function word(name: string, element: HTMLElement = document.body): string {
  return element.getAttribute(`data-word-${name}`) ?? "";
}

/** The same mark the templates use, from the one sprite. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset["icons"] ?? ""}#${name}`);
  svg.append(use);
  return svg;
}

/** Whether the keyboard belongs to a field at this moment. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !(target instanceof HTMLInputElement && /^(checkbox|radio|button|submit)$/.test(target.type))
  );
}

/** Says something once, aloud for those who listen, and goes away by itself unless it is an error. */
export function toast(text: string, level: "info" | "error" = "info"): void {
  const place = document.getElementById("toasts");
  if (!place || !text) return;
  const note = document.createElement("div");
  note.className = level === "error" ? "ll-note ll-note-error" : "ll-note";
  const words = document.createElement("div");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.setAttribute("aria-label", word("close"));
  close.addEventListener("click", () => note.remove());
  note.append(icon(level === "error" ? "alert-circle" : "circle-check"), words, close);
  place.append(note);
  if (level === "info") window.setTimeout(() => note.remove(), 6000);
}
