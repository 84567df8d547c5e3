// Shows the page again when the server says that a document changed; keeps the place, and what is unfolded or unchecked.
(() => {
  let seen = null;
  const boxes = () => [...document.querySelectorAll("input[type=checkbox]")];
  const folds = () => [...document.querySelectorAll("details")];
  const show = async () => {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const off = new Set(boxes().filter((box) => !box.checked).map((box) => box.id));
    const open = folds().map((fold) => fold.open);
    const focus = document.activeElement && document.activeElement.id;
    const y = scrollY;
    document.getElementById("page").replaceWith(fresh.getElementById("page"));
    boxes().forEach((box) => { box.checked = !off.has(box.id); });
    if (folds().length === open.length) folds().forEach((fold, k) => { fold.open = fold.open || open[k]; });
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
    scrollTo(0, y);
  };
  const events = new EventSource("/events");
  events.onmessage = (event) => {
    if (seen !== null && seen !== event.data) show();
    seen = event.data;
  };
})();
