// The article beside it: Gradio calls this once with its `element` and `watch`.
const reveal = () => {
  document.dispatchEvent(new Event('pressroom:shown'));
  const text = element.querySelector('.text');
  if (!text) return;
  const mark = text.querySelector('mark');
  const box = element.getBoundingClientRect();
  if (box.top < 0 || box.bottom > window.innerHeight) element.scrollIntoView({block: 'start'});
  text.scrollTop = mark ? mark.offsetTop - text.clientHeight / 4 : 0;
  text.focus({preventScroll: true});
};
const back = () => {
  const shown = element.querySelector('[data-shown]')?.dataset.shown;
  const button = [...document.querySelectorAll('#talk [data-cite]')].find((b) => b.dataset.cite === shown);
  button?.scrollIntoView({block: 'center'});
  button?.focus({preventScroll: true});
};
watch('value', reveal);
element.addEventListener('pressroom:reveal', reveal, true);
element.addEventListener('click', (event) => { if (event.target.closest('.back')) back(); });
element.addEventListener('keydown', (event) => { if (event.key === 'Escape') back(); });
