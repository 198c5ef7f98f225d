// Everything works without this file. It only keeps what is on the screen fresh, and asks before what cannot be undone.
"use strict";

(() => {
  const every = Number(document.body.dataset.refresh) * 1000;
  const parser = new DOMParser();
  let running = false;

  // A part that somebody is using is left alone.
  const inUse = (part) =>
    part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");

  const refresh = async () => {
    if (running || document.hidden) return;
    running = true;
    try {
      const answer = await fetch(location.href, { headers: { "X-Hearken-Refresh": "1" }, credentials: "same-origin" });
      if (!answer.ok) return;
      const fresh = parser.parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live][id]")) {
        const next = fresh.getElementById(part.id);
        if (!next || inUse(part) || part.innerHTML === next.innerHTML) continue;
        const open = [...part.querySelectorAll("details[open][id]")].map((d) => d.id);
        const focus = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
        part.replaceWith(next);
        for (const id of open) document.getElementById(id)?.setAttribute("open", "");
        if (focus) next.querySelector(`a[href="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
      }
      document.title = fresh.title;
    } catch {
      // The server is away for a moment; the next round tries again.
    } finally {
      running = false;
    }
  };

  if (every > 0) {
    setInterval(refresh, every);
    document.addEventListener("visibilitychange", () => document.hidden || refresh());
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const ask = event.submitter?.dataset.ask ?? form.dataset.ask;
    if (ask && !confirm(ask)) {
      event.preventDefault();
      return;
    }
    // One press is one wish.
    if (form.method === "post") setTimeout(() => form.querySelectorAll("button").forEach((b) => (b.disabled = true)));
  });

  // A picker that was changed acts at once.
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll(".who[open]")) if (!open.contains(event.target)) open.open = false;
  });
})();
