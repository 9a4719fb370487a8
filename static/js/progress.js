// When long work ends while its page is open, the title says so.
document.addEventListener("htmx:afterSettle", () => {
  const panel = document.querySelector("[data-progress]");
  if (panel?.dataset.progress === "over" && !document.title.startsWith("✓")) document.title = `✓ ${document.title}`;
});
