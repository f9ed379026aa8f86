// Two pictures that are enlarged and moved together: by the wheel, by two fingers, by dragging, by + − 0, by the buttons.
(() => {
  const STEP = 1.25;
  const MOST = 12;
  const at = { zoom: 1, x: 0, y: 0 }; // x and y in shares of a pane
  const pair = () => document.querySelector(".pair");
  const show = () => {
    const room = (at.zoom - 1) / 2;
    at.x = Math.max(-room, Math.min(room, at.x));
    at.y = Math.max(-room, Math.min(room, at.y));
    const style = pair()?.style;
    if (!style) return;
    style.setProperty("--zoom", at.zoom);
    style.setProperty("--x", `${at.x * 100}%`);
    style.setProperty("--y", `${at.y * 100}%`);
  };
  const whole = () => { Object.assign(at, { zoom: 1, x: 0, y: 0 }); show(); };
  const by = (factor, pane, event) => {
    const zoom = Math.max(1, Math.min(MOST, at.zoom * factor));
    const box = pane?.getBoundingClientRect();
    const [px, py] = box ? [(event.clientX - box.x) / box.width - 0.5, (event.clientY - box.y) / box.height - 0.5] : [0, 0];
    at.x = px - ((px - at.x) * zoom) / at.zoom;
    at.y = py - ((py - at.y) * zoom) / at.zoom;
    at.zoom = zoom;
    show();
  };
  const paneOf = (event) => event.target.closest?.(".pair .pane");

  document.addEventListener("wheel", (event) => {
    const pane = paneOf(event);
    if (!pane) return;
    event.preventDefault();
    by(event.deltaY < 0 ? STEP : 1 / STEP, pane, event);
  }, { passive: false });

  const fingers = new Map();
  const apart = () => {
    const [a, b] = [...fingers.values()];
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  };
  document.addEventListener("pointerdown", (event) => {
    const pane = paneOf(event);
    if (!pane || event.button !== 0) return;
    pane.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event);
  });
  document.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    const pane = before && paneOf(event);
    if (!pane) return;
    const distance = fingers.size === 2 ? apart() : 0;
    fingers.set(event.pointerId, event);
    if (distance) by(apart() / distance, pane, event);
    else {
      at.x += (event.clientX - before.clientX) / pane.clientWidth;
      at.y += (event.clientY - before.clientY) / pane.clientHeight;
      show();
    }
  });
  for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, (event) => fingers.delete(event.pointerId));
  document.addEventListener("dblclick", (event) => { if (paneOf(event)) whole(); });

  const zoom = (how) => ({ in: () => by(STEP), out: () => by(1 / STEP), whole })[how]();
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest?.("[data-zoom]");
    if (pressed) zoom(pressed.dataset.zoom);
  });
  document.addEventListener("keydown", (event) => {
    const how = { "+": "in", "=": "in", "-": "out", 0: "whole" }[event.key];
    if (!how || !pair() || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    zoom(how);
  });
  // It begins with the whole of both.
  new MutationObserver(() => { if (!pair() && at.zoom !== 1) whole(); }).observe(document.documentElement, { subtree: true, childList: true });
})();
