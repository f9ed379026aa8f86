// Signing in and out, and joining a table. The cookie is set by the server on a plain request: a websocket keeps the headers it began with.
(() => {
  const answerOf = async (response) => {
    try { return await response.json(); } catch { return {}; }
  };
  const say = (form, sentence) => { form.querySelector("[role=alert]").textContent = sentence; };
  const whereTo = ({ session_id: table }) => {
    if (table) return `/play/${table}`;
    const next = new URLSearchParams(location.search).get("next") || "";
    return /^\/worlds\/[\w-]+\/(create|direct)\/?(\?[\w=&-]*)?$/.test(next) ? next : "/"; // never to another site
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-sign-in]");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    say(form, "");
    const { name, password, code, demo } = form.elements;
    const secret = password || code;
    try {
      const response = await fetch(form.dataset.signIn, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: name.value, [secret.name]: secret.value }),
      });
      const answer = await answerOf(response);
      if (response.ok) {
        if (demo?.checked) sessionStorage.setItem("wrldbldr_load_demo", "yes");
        location.assign(whereTo(answer));
        return;
      }
      say(form, answer.error?.message || "That did not work. Try again in a moment.");
      (answer.error?.details?.name ? name : secret).focus();
    } catch {
      say(form, "WrldBldr does not answer. Check that it still runs, then try again.");
    }
    delete form.dataset.busy;
  }, true);

  document.addEventListener("click", (event) => {
    const eye = event.target.closest("[data-eye]");
    if (!eye) return;
    const field = document.getElementById(eye.dataset.eye);
    const show = field.type === "password";
    field.type = show ? "text" : "password";
    const says = show ? "Hide the password" : "Show the password";
    eye.setAttribute("aria-label", says);
    eye.title = says;
  });

  document.addEventListener("input", (event) => {
    const least = Number(event.target.dataset?.atLeast || 0);
    if (!least) return;
    const hint = document.querySelector("[data-hint]");
    const isLong = event.target.value.length >= least;
    hint.textContent = isLong ? "Long enough" : `At least ${least} characters`;
    hint.parentElement.classList.toggle("ok", isLong);
  });

  window.wrldbldrLeaveTable = async () => {
    await fetch("/api/auth/leave", { method: "POST" });
    sessionStorage.removeItem("token");
    location.assign("/join");
  };

  window.wrldbldrSignOut = async () => {
    await fetch("/api/auth/logout", { method: "POST" });
    sessionStorage.removeItem("token"); // Reflex's name for this tab: the next login gets a new one, and nothing of this
    sessionStorage.removeItem("wrldbldr_unsaved"); // who goes leaves nothing; what others end is kept (unsaved.js)
    location.assign("/login");
  };
})();
