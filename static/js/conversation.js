// data-conversation: a conversation begins at its end, where one reads on; "page" when the page scrolls and not the list.
const list = document.querySelector("[data-conversation]");
const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 80;
const toEnd = () => {
  if (list.dataset.conversation === "page") list.parentElement.scrollIntoView({ block: "end" });
  else list.scrollTop = list.scrollHeight;
};
if (list && !location.hash && !location.search) toEnd();

// What comes while its end is in view stays in view.
let follow = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  follow = Boolean(list?.contains(event.target)) && list.dataset.conversation !== "page" && atEnd();
});
document.addEventListener("htmx:afterSettle", () => {
  if (follow) toEnd();
});
