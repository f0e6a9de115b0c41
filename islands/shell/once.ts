import { word } from "./dom";

const SENDS = "button:not([type]), button[type=submit], input[type=submit]";

function release(form: HTMLFormElement): void {
  delete form.dataset["sending"];
  for (const button of form.querySelectorAll<HTMLButtonElement>(SENDS)) {
    button.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
  }
}

/**
 * A second tap while the first is on its way sends nothing. The server would answer it with the same
 * reply anyway; this only spares the line. Buttons are marked, not disabled: a disabled button would
 * not be sent along, and its name may say which act was chosen.
 */
export function startOnce(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (event.defaultPrevented) return;
    if (form.dataset["sending"]) {
      event.preventDefault();
      return;
    }
    form.dataset["sending"] = "yes";
    const pressed = event.submitter;
    for (const button of form.querySelectorAll<HTMLButtonElement>(SENDS)) {
      button.setAttribute("aria-disabled", "true");
      if (button === pressed) button.setAttribute("aria-busy", "true");
    }
    const said = form.querySelector<HTMLElement>("[data-sending-note]");
    if (said) said.textContent = word("sending");
  });
  // A page that comes back from the browser's memory, or an answer in place, opens the form again.
  window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach(release));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = (event.target as Element).closest("form");
    if (form) release(form);
  });
}
