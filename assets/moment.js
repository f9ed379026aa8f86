// <time data-at="2026-01-01T20:00:00+00:00" data-mode="ago|since|until">: times that go on by themselves.
(() => {
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
  const text = (element) => {
    const at = Date.parse(element.dataset.at || "");
    if (Number.isNaN(at)) return "";
    const gone = Math.max(0, Math.floor((Date.now() - at) / 1000));
    const left = Math.max(0, Math.ceil((at - Date.now()) / 1000));
    switch (element.dataset.mode) {
      case "since": return clock(gone);
      case "until": return left ? `${left}s` : "a moment";
      default: return past(gone);
    }
  };
  const show = (element) => {
    const now = text(element);
    if (element.textContent !== now) element.textContent = now;
    const { at } = element.dataset;
    if (at) element.title = new Date(at).toLocaleString();
  };
  const showAll = (root) => root.querySelectorAll("time[data-at]").forEach(show);

  setInterval(showAll, 1000, document);
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "attributes") show(target);
      else addedNodes.forEach((node) => { if (node.matches?.("time[data-at]")) show(node); else if (node.querySelectorAll) showAll(node); });
    }
  }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-at"] });
})();
