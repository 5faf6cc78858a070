// A job's page asks how far the job is, as long as somebody looks, and shows itself anew when it has ended.
import { $ } from "./lib.js";

const box = $("[data-job]");
const PAUSE = 1000; // milliseconds between two questions; longer while there is no answer
let pause = PAUSE;

async function ask() {
  if (document.hidden) return again();
  try {
    const answer = await fetch(box.dataset.job, { headers: { Accept: "application/json" } });
    if (!answer.ok) { pause = Math.min(pause * 2, 30000); return again(); }
    const job = await answer.json();
    if (job.is_ended) return location.reload();
    pause = PAUSE;
    draw(job);
  } catch { pause = Math.min(pause * 2, 30000); }
  return again();
}

function draw(job) {
  const chip = $("[data-job-state] .zk-chip", box);
  chip.textContent = job.label;
  chip.dataset.color = job.color;
  $("[data-job-text]", box).textContent = job.text;
  const bar = $("[data-job-bar]", box);
  if (job.percent === null) bar.removeAttribute("value"); else bar.value = job.percent;
}

const again = () => setTimeout(ask, pause);
if (box) again();
