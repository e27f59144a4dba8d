// The list of articles and their plot: Gradio calls this once for each, with its `element` and `trigger`.
// What is focused once what was chosen has been drawn anew.
let next = null;
const choose = (what, then) => { next = then; trigger('select', what); };
const quoted = (text) => CSS.escape(text);
const confirm = (button) => {
  const dialog = element.querySelector('dialog');
  dialog.querySelector('b').textContent = button.dataset.title;
  dialog.returnValue = '';
  dialog.onclose = () => {
    if (dialog.returnValue !== 'remove') { button.focus(); return; }
    next = '.found';
    trigger('submit', {remove: button.dataset.remove});
  };
  dialog.showModal();
};
const act = (chosen) => {
  const {all, open, outlet, page, remove, since, undated, until, versions} = chosen.dataset;
  if (open) trigger('click', {open});
  else if (versions) { next = `[data-versions="${quoted(versions)}"]`; trigger('input', {versions}); }
  else if (remove) confirm(chosen);
  else if (page) choose({page: Number(page)}, '.found');
  else if (all) choose({all: true}, '.bar, .found');
  else if (undated) choose({undated: true}, '[data-all]');
  else if (since) choose({since, until, outlet}, '[data-all]');
  else if (outlet) choose({outlet}, '[data-all]');
};
element.addEventListener('click', (event) => {
  const chosen = event.target.closest('button:not([type="submit"]), .bar');
  if (chosen && !chosen.disabled) act(chosen);
});

// From bar to bar with the arrow keys: one of them can be reached with the tabulator key.
const STEPS = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, Home: -Infinity, End: Infinity};
element.addEventListener('keydown', (event) => {
  const bar = event.target.closest('.bar');
  if (!bar) return;
  if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); act(bar); }
  if (!(event.key in STEPS)) return;
  event.preventDefault();
  const bars = [...element.querySelectorAll('.bar')];
  const at = Math.max(0, Math.min(bars.indexOf(bar) + STEPS[event.key], bars.length - 1));
  bar.setAttribute('tabindex', '-1');
  bars[at].setAttribute('tabindex', '0');
  bars[at].focus();
});

const current = () => {
  const shown = document.querySelector('#opened [data-shown]')?.dataset.shown;
  for (const button of element.querySelectorAll('[data-open]')) {
    if (button.dataset.open === shown) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }
};
document.addEventListener('pressroom:opened', current);
watch('value', () => {
  current();
  if (!next) return;
  const found = element.querySelector(next);
  next = null;
  found?.focus();
});
// What the library holds by now, when the shelf is first looked at.
if (element.closest('#list')) trigger('select', {});
