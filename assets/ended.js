// What ended while nobody looked: counted in the tab's title until the queue is seen and, where somebody switched it on
// in this browser, said by a notification and a tone. wrldbldr/state/toasts.py calls wrldbldrEnded.
(() => {
  const CHOICES = "wrldbldr_alerts";
  const TOLD = "wrldbldr_told"; // what some tab of this browser has said already
  const TOLD_LIMIT = 20;
  const GRACE_MS = 400; // for a tab that is looked at, to say it first
  const TONE_MS = 800;
  const COUNTED = /^\(\d+\) /;

  const stored = (key, none) => {
    try { return JSON.parse(localStorage.getItem(key)) ?? none; } catch { return none; }
  };
  const store = (key, value) => {
    try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* no room: the choice lasts as long as the page */ }
  };
  const isLookedAt = () => document.visibilityState === "visible" && document.hasFocus();
  const mayNotify = () => window.Notification?.permission === "granted";
  const isOn = (kind) => stored(CHOICES, {})[kind] === true && (kind !== "notification" || mayNotify());

  // The title, and whether somebody has seen it: the queue is on the screen and the window has the keyboard.
  const look = () => {
    const button = document.querySelector("[data-unseen]");
    const count = Number(button?.dataset.unseen || 0);
    const title = (count ? `(${count}) ` : "") + document.title.replace(COUNTED, "");
    if (document.title !== title) document.title = title;
    if (count && isLookedAt() && document.getElementById("queue")?.getClientRects().length) button.nextElementSibling.click();
    document.querySelectorAll("[data-alert]").forEach((one) => { one.checked = isOn(one.dataset.alert); });
  };
  new MutationObserver(look).observe(document.documentElement, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-unseen", "data-queue"],
  });
  for (const type of ["focus", "storage", "resize"]) addEventListener(type, look);
  document.addEventListener("visibilitychange", look);

  let sounded = -Infinity;
  const tone = () => {
    if (performance.now() - sounded < TONE_MS) return; // several that end together sound once
    sounded = performance.now();
    const audio = new AudioContext();
    const [voice, volume, now] = [audio.createOscillator(), audio.createGain(), audio.currentTime];
    voice.frequency.setValueAtTime(587, now);
    voice.frequency.setValueAtTime(880, now + 0.13);
    volume.gain.setValueAtTime(0.001, now);
    volume.gain.exponentialRampToValueAtTime(0.15, now + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, now + TONE_MS / 1000);
    voice.connect(volume).connect(audio.destination);
    voice.onended = () => audio.close();
    voice.start(now);
    voice.stop(now + TONE_MS / 1000);
  };
  const notify = (title, body) => {
    try { // the newest takes the place of the one before
      const notice = new Notification(title, { body, tag: "wrldbldr", renotify: true, icon: "/favicon.svg" });
      notice.onclick = () => { focus(); notice.close(); };
    } catch { /* some phones know only those of an installed app */ }
  };

  const isFirst = (id) => {
    const told = stored(TOLD, []);
    if (told.includes(id)) return false;
    store(TOLD, [...told, id].slice(-TOLD_LIMIT));
    return true;
  };
  window.wrldbldrEnded = (id, title, body) => setTimeout(() => {
    if (!isFirst(id)) return;
    if (isOn("sound")) tone();
    if (isOn("notification") && !isLookedAt()) notify(title, body);
  }, isLookedAt() ? 0 : GRACE_MS);

  // The switches. The browser is asked for its permission here and nowhere else.
  document.addEventListener("change", async ({ target }) => {
    const kind = target.dataset?.alert;
    if (!kind) return;
    const isWanted = target.checked;
    if (kind === "notification" && isWanted) await window.Notification?.requestPermission();
    if (kind === "sound" && isWanted) tone();
    store(CHOICES, { ...stored(CHOICES, {}), [kind]: isWanted && (kind !== "notification" || mayNotify()) });
    const refused = document.querySelector("[data-alert-refused]");
    if (refused && kind === "notification") refused.hidden = !isWanted || mayNotify();
    look();
  });
})();
