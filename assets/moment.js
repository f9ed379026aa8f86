// <time data-at="2026-01-01T20:00:00+00:00" data-mode="ago|since|until|line|about">: times that go on by themselves, by the
// server's clock: wrldbldr/state/connection.py tells what it says.
(() => {
  let ahead = 0; // of the server's clock is this browser's, in milliseconds
  const now = () => Date.now() - ahead;
  const clock = (seconds) => {
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    return h ? `${h}:${String(m).padStart(2, "0")}:${String(s).padStart(2, "0")}` : `${m}:${String(s).padStart(2, "0")}`;
  };
  const past = (seconds) => {
    if (seconds < 10) return "just now";
    if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s ago`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
    const days = Math.floor(seconds / 86400);
    return days === 1 ? "yesterday" : `${days} days ago`;
  };
  // What is left until some moment between two: "about 1–2 min", and nothing when both are past.
  const about = (low, high) => {
    if (high <= 0) return "";
    const [step, unit, by] = high < 90 ? [10, "s", 10] : high < 5400 ? [60, "min", 1] : [3600, "h", 1];
    const from = Math.round(low / step) * by;
    const to = Math.max(1, Math.round(high / step)) * by;
    if (from <= 0) return `up to ${to} ${unit}`;
    return from === to ? `about ${to} ${unit}` : `about ${from}–${to} ${unit}`;
  };
  const range = ({ at, end, lead = "", tail = "" }) => {
    const words = about((Date.parse(at) - now()) / 1000, (Date.parse(end) - now()) / 1000);
    return words && lead + words + tail;
  };
  const text = (element) => {
    const at = Date.parse(element.dataset.at || "");
    if (Number.isNaN(at)) return "";
    const gone = Math.max(0, Math.floor((now() - at) / 1000));
    const left = Math.max(0, Math.ceil((at - now()) / 1000));
    switch (element.dataset.mode) {
      case "since": return clock(gone);
      case "until": return left ? `${left}s` : "a moment";
      case "line": return "";
      case "about": return range(element.dataset);
      default: return past(gone);
    }
  };
  // How much is left of the wait, from when it was first seen.
  const waits = new WeakMap();
  const draw = (element) => {
    const { at } = element.dataset;
    const left = Math.max(0, Date.parse(at) - now()) || 0;
    if (waits.get(element)?.at !== at) waits.set(element, { at, whole: left });
    element.style.setProperty("--left", left ? left / waits.get(element).whole : 0);
  };
  const show = (element) => {
    const words = text(element);
    if (element.textContent !== words) element.textContent = words;
    const { at, mode } = element.dataset;
    if (mode === "line") draw(element);
    else if (at && mode !== "about") element.title = new Date(at).toLocaleString();
  };
  const showAll = (root) => root.querySelectorAll("time[data-at]").forEach(show);

  window.wrldbldrClock = (servers) => {
    ahead = Date.now() - Date.parse(servers);
    showAll(document);
  };
  setInterval(showAll, 1000, document);
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "attributes") show(target);
      else addedNodes.forEach((node) => { if (node.matches?.("time[data-at]")) show(node); else if (node.querySelectorAll) showAll(node); });
    }
  }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-at", "data-end"] });
})();
