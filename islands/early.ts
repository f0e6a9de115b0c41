// Runs before the first paint: a page must not flash white at somebody who reads in the dark.
const chosen = /(?:^|; )theme=(light|dark)/.exec(document.cookie)?.[1];
const prefersDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
document.documentElement.dataset["bsTheme"] = chosen ?? (prefersDark ? "dark" : "light");
document.documentElement.classList.add("has-script");
