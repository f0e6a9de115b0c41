import { whenShown } from "./dom";

const KEPT_FOR = 72 * 60 * 60 * 1000;

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
interface Draft {
  at: number;
  values: Record<string, string[]>;
}

function fieldsOf(form: HTMLFormElement): Field[] {
  return [...form.elements].filter((element): element is Field => {
    if (element instanceof HTMLInputElement && /^(hidden|file|password|submit|button)$/.test(element.type)) return false;
    const kind = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement;
    return kind && element.name !== "" && !element.hasAttribute("data-no-draft");
  });
}

const canTick = (field: Field): field is HTMLInputElement =>
  field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type);

function collect(form: HTMLFormElement): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const field of fieldsOf(form)) {
    const kept = (values[field.name] ??= []);
    if (canTick(field) ? field.checked : field.value !== "") kept.push(field.value);
  }
  return values;
}

function fill(form: HTMLFormElement, values: Record<string, string[]>): boolean {
  let filled = false;
  for (const field of fieldsOf(form)) {
    const kept = values[field.name];
    if (!kept?.length) continue;
    if (canTick(field)) field.checked = kept.includes(field.value);
    else if (field.value === "") field.value = kept[0] ?? "";
    else continue;
    // What hangs on this field (a class's own questions) must come back with it.
    field.dispatchEvent(new Event("change", { bubbles: true }));
    filled = true;
  }
  return filled;
}

function read(key: string): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(key) ?? "null") as Draft | null;
    if (draft && Date.now() - draft.at < KEPT_FOR) return draft;
    localStorage.removeItem(key);
  } catch {
    // A full or forbidden store only means there is no draft.
  }
  return null;
}

function write(key: string, draft: Draft): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

function start(form: HTMLFormElement): void {
  const key = `draft:${form.dataset["draft"] ?? ""}`;
  const note = form.querySelector<HTMLElement>("[data-draft-note]");
  const say = (name: string): void => {
    if (note) note.textContent = note.getAttribute(`data-word-${name}`) ?? "";
  };
  let leavingLoses = false;
  let timer = 0;

  // A form that came back with errors carries what was typed already, and that is newer.
  const cameBack = form.querySelector("[aria-invalid=true]") !== null;
  const draft = read(key);
  if (draft && !cameBack && fill(form, draft.values)) say("restored");

  const keep = (): void => {
    const saved = write(key, { at: Date.now(), values: collect(form) });
    say(saved ? "saved" : "unsaved");
    // Typed words are safe; photos and a full store are not, and only then is leaving worth a question.
    const files = [...form.querySelectorAll<HTMLInputElement>("input[type=file]")];
    leavingLoses = !saved || files.some((input) => (input.files?.length ?? 0) > 0);
  };
  const soon = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, 400);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", () => {
    window.clearTimeout(timer);
    leavingLoses = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (leavingLoses) event.preventDefault();
  });
}

/** Keeps what was typed on this device until the server has said that it arrived. */
export function startDrafts(): void {
  whenShown("[data-draft-sent]", (element) => {
    try {
      localStorage.removeItem(`draft:${element.dataset["draftSent"] ?? ""}`);
    } catch {
      // Nothing was kept, so nothing has to go.
    }
  });
  whenShown("form[data-draft]", (form) => {
    if (form instanceof HTMLFormElement) start(form);
  });
}
