// The conversation: Gradio calls this once with its `element`, `trigger` and `watch`.
const current = () => {
  const shown = document.querySelector('#article [data-shown]')?.dataset.shown;
  for (const button of element.querySelectorAll('[data-cite]')) {
    if (button.dataset.cite === shown) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }
};
// A new answer redraws the old ones; what was unfolded in them stays unfolded.
const unfolded = new Set();
// The newest answer is kept in sight as it grows, unless it was scrolled away from.
const follow = (latest, isNew) => {
  const box = latest.getBoundingClientRect();
  const below = box.bottom - window.innerHeight + document.getElementById('asking').offsetHeight;
  if (below > 0 && box.top > 0 && (isNew || box.top < window.innerHeight)) {
    window.scrollBy(0, Math.min(below, box.top));
  }
};
let seen = 0;
watch('value', () => {
  const turns = element.querySelectorAll('.turn');
  if (!turns.length) unfolded.clear();
  element.querySelectorAll('details').forEach((details, i) => { details.open = unfolded.has(i); });
  if (turns.length) follow(turns[turns.length - 1], turns.length > seen);
  seen = turns.length;
  current();
});
element.addEventListener('click', (event) => {
  const folded = [...element.querySelectorAll('summary')].indexOf(event.target.closest('summary'));
  if (folded >= 0 && !unfolded.delete(folded)) unfolded.add(folded);
  const button = event.target.closest('button');
  if (button?.dataset.ask) trigger('select', {ask: button.dataset.ask});
  if (!button?.dataset.cite) return;
  const article = document.querySelector('#article [data-shown]');
  if (article?.dataset.shown === button.dataset.cite) article.dispatchEvent(new Event('pressroom:reveal'));
  else trigger('click', {cite: button.dataset.cite});
});
document.addEventListener('pressroom:shown', current);
