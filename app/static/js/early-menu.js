// Stands right behind the side bar: opens the menu groups that were open, before they are painted.
{
  let kept = {};
  try { kept = JSON.parse(localStorage.getItem("zk-groups") || "{}"); } catch { /* nothing kept */ }
  for (const group of document.querySelectorAll(".zk-menu details")) {
    if (group.querySelector('[aria-current="page"]')) continue;
    if (group.dataset.group in kept) group.open = kept[group.dataset.group];
  }
  const current = document.querySelector('.zk-menu [aria-current="page"]');
  if (current && current.offsetTop > innerHeight - 120) current.scrollIntoView({ block: "center" });
}
