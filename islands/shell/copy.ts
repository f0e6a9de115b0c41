import { toast, word } from "./dom";

async function copy(text: string, source: HTMLTextAreaElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Plain http and older browsers: select the text and use the old command.
    if (!source) return false;
    source.focus();
    source.select();
    return document.execCommand("copy");
  }
}

/** A list or a notice as plain text, for a messaging group. */
export function startCopy(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset["copy"] ?? "");
    const area = source instanceof HTMLTextAreaElement ? source : null;
    const text = area?.value ?? source?.textContent ?? "";
    void copy(text, area).then((done) => toast(word(done ? "copied" : "copy-failed"), done ? "info" : "error"));
  });
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-print]")) window.print();
  });
}
