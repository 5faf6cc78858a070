// Grades by keyboard: 4, 3, 2 or 1 sets the first dimension that has none yet.
document.addEventListener("keydown", (event) => {
  if (!/^[1-4]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])")) return;
  const open = [...document.querySelectorAll("[data-grades]")].find((one) => !one.querySelector(":checked"));
  const wanted = open?.querySelector(`input[value="${event.key}"]`);
  if (!wanted) return;
  event.preventDefault();
  wanted.checked = true;
  wanted.focus();
});
