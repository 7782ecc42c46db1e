// Small comforts on pages that work without them.
(() => {
  "use strict";

  // A menu closes when the person goes elsewhere.
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.nz-menu[open]")) {
      if (menu !== except) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.nz-menu")));
  document.addEventListener("focusin", (event) => {
    if (event.target !== document.body) closeMenus(event.target.closest("details.nz-menu"));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = document.querySelector("details.nz-menu[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      } else if (location.hash === "#menu") {
        location.hash = "#content";
      }
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
  });

  // Verbs that cannot be taken back ask once.
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm || event.submitter?.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  // Copy buttons: <button data-copy="text">.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    say("Kopiert.", "ok");
  });

  const say = (text, tone) => {
    const messages = document.getElementById("messages");
    if (!messages) return;
    const notice = document.createElement("div");
    notice.className = `nz-notice nz-tone-${tone}`;
    notice.textContent = text;
    messages.replaceChildren(notice);
  };

  // A table that fits needs no scrolling box of its own, so its head can stick to the page.
  const fitTables = () => {
    for (const wrap of document.querySelectorAll(".nz-table-wrap")) {
      wrap.classList.remove("nz-fits");
      const fits = wrap.scrollWidth <= wrap.clientWidth;
      wrap.classList.toggle("nz-fits", fits);
      // What scrolls must be reachable by keyboard and have a name.
      for (const [name, value] of [
        ["tabindex", "0"],
        ["role", "group"],
        ["aria-label", wrap.querySelector("caption")?.textContent ?? "Tabelle"],
      ]) {
        if (fits) wrap.removeAttribute(name);
        else wrap.setAttribute(name, value);
      }
    }
  };
  fitTables();
  window.addEventListener("resize", fitTables);
  document.addEventListener("htmx:afterSettle", fitTables);
  document.fonts.ready.then(fitTables);

  // Filters that are not set stay out of the address.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") return;
    for (const [name, value] of Object.entries(event.detail.parameters)) {
      if (value === "") delete event.detail.parameters[name];
    }
  });

  // A list that cannot be refreshed says so and keeps what it showed.
  document.addEventListener("htmx:sendError", () => {
    say("Keine Verbindung zum Server. Die Anzeige kann veraltet sein.", "warning");
  });
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 401) location.reload();
    else say(`Der Server konnte das nicht ausführen (Fehler ${status}).`, "danger");
  });
})();
