// Gives every password field a button that shows what was typed.
for (const input of document.querySelectorAll("input[type=password]")) {
  const box = document.createElement("span");
  box.className = "password-box";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-ghost btn-sm";
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-pressed", String(shown));
    button.setAttribute("aria-label", `${shown ? "Hide" : "Show"} the password`);
  };
  button.addEventListener("click", () => { show(input.type === "password"); input.focus(); });
  input.form?.addEventListener("submit", () => show(false));
  input.before(box);
  box.append(input, button);
  show(false);
}
