// Sets the theme before the first paint. Loaded without `defer` on purpose: later would flash.
(() => {
  "use strict";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const key = "netzwart-theme";
  const chosen = () => {
    try {
      return localStorage.getItem(key) || "system";
    } catch {
      return "system"; // storage may be forbidden; the system's choice is a good one
    }
  };
  const apply = () => {
    const choice = chosen();
    const dark = choice === "dark" || (choice === "system" && system.matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
  };
  root.classList.add("nz-js");
  apply();
  system.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", () => {
    for (const group of document.querySelectorAll("[data-theme-choice]")) {
      group.hidden = false;
      for (const input of group.querySelectorAll("input")) input.checked = input.value === chosen();
      group.addEventListener("change", (event) => {
        try {
          localStorage.setItem(key, event.target.value);
        } catch {
          root.dataset.bsTheme = event.target.value === "dark" ? "dark" : "light";
          return;
        }
        apply();
      });
    }
  });
})();
