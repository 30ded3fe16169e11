// What a reader cannot see or read on the open page. Every function returns sentences, one per fault; none where all is well.
window.looks = (() => {
  const main = () => document.querySelector('[data-testid="stMain"]');
  const inGrid = element => element.closest('[data-testid="stDataFrame"], canvas') !== null;
  const named = element => {
    const owner = element.closest('[data-testid]');
    return `${owner ? owner.dataset.testid : element.tagName}`;
  };
  const shown = element => element.checkVisibility({opacityProperty: true, visibilityProperty: true});
  const short = words => words.replace(/\s+/g, ' ').trim().slice(0, 60);

  // ---- room

  const room = () => {
    const faults = [];
    const page = main();
    if (page.scrollWidth > page.clientWidth) faults.push(`the page is ${page.scrollWidth} wide in ${page.clientWidth}`);
    if (document.documentElement.scrollWidth > innerWidth) faults.push('the window scrolls sideways');
    for (const element of document.querySelectorAll('.stApp *')) {
      if (inGrid(element) || element.scrollWidth <= element.clientWidth + 1 || !shown(element)) continue;
      const style = getComputedStyle(element);
      if (style.textOverflow === 'ellipsis' && style.overflowX !== 'visible' && element.textContent.trim()) {
        faults.push(`cut off in ${named(element)}: ${short(element.textContent)}`);
      }
    }
    return [...faults, ...[...document.querySelectorAll('.js-plotly-plot')].flatMap(labels)];
  };

  // texts of a chart: inside its frame, and none over another
  const labels = chart => {
    const frame = chart.getBoundingClientRect();
    const upright = [...chart.querySelectorAll('svg.main-svg text')]
      .filter(label => shown(label) && label.textContent.trim())
      .map(label => ({label, box: label.getBoundingClientRect(), words: short(label.textContent)}))
      .filter(({box}) => box.width > 0);
    const faults = upright
      .filter(({box}) => box.left < frame.left - 2 || box.right > frame.right + 2
        || box.top < frame.top - 2 || box.bottom > frame.bottom + 2)
      .map(({words}) => `beyond its chart: ${words}`);
    const turned = ({label}) => /rotate\((?!0|360)/.test(label.getAttribute('transform') || '');
    const flat = upright.filter(one => !turned(one));
    flat.forEach((one, at) => flat.slice(at + 1).forEach(other => {
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (across > 2 && down > Math.min(one.box.height, other.box.height) / 3) {
        faults.push(`over each other: ${one.words} | ${other.words}`);
      }
    }));
    return faults;
  };

  // ---- contrast (WCAG 2.2, 1.4.3)

  const pen = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const seen = new Map();
  const colour = css => {
    if (!seen.has(css)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = css;
      pen.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
      seen.set(css, [red, green, blue, alpha / 255]);
    }
    return seen.get(css);
  };
  const over = (above, below, opacity = 1) => {
    const alpha = above[3] * opacity;
    return [0, 1, 2].map(at => above[at] * alpha + below[at] * (1 - alpha)).concat(1);
  };
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map(value => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };

  // the colour behind an element: all backgrounds down to the first opaque one
  const ground = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const layer = colour(getComputedStyle(at).backgroundColor);
      if (layer[3] > 0) layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reverse().reduce((below, above) => over(above, below), [255, 255, 255, 1]);
  };
  const opacity = element => {
    let whole = 1;
    for (let at = element; at; at = at.parentElement) whole *= Number(getComputedStyle(at).opacity);
    return whole;
  };

  // the fill of a bar; of a hatched one, what lies between its strokes
  const fill = shape => {
    const style = getComputedStyle(shape);
    const pattern = /url\("?#?[^"#]*#([^")]+)"?\)/.exec(style.fill);
    const plain = pattern ? document.getElementById(pattern[1])?.querySelector('rect') : shape;
    if (!plain) return [0, 0, 0, 0];
    const inside = getComputedStyle(plain);
    const [red, green, blue, alpha] = inside.fill === 'none' ? [0, 0, 0, 0] : colour(inside.fill);
    return [red, green, blue, alpha * Number(inside.fillOpacity) * Number(style.opacity)];
  };
  const SHAPES = '.barlayer .point path, .shapelayer path, .annotation .bg, .bglayer .bg, .legend .bg';
  const behindLabel = (label, chart, shapes, cell) => {
    const box = label.getBoundingClientRect();
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const apart = label.closest('.annotation');
    const page = ground(chart);
    // beside the word, for between the cells the ground shows
    const below = label.closest('.heatmap-label') ? over(cell(box.left - 3, y), page) : page;
    return shapes
      .filter(({shape, box: at}) => at.left <= x && x <= at.right && at.top <= y && y <= at.bottom
        && (!shape.closest('.annotation') || shape.closest('.annotation') === apart))
      .reduce((behind, {shape}) => over(fill(shape), behind), below);
  };

  // the colours of a heat map, which is drawn as an image
  const pixels = async image => {
    const bitmap = await createImageBitmap(await (await fetch(image.getAttribute('href'))).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
      .getContext('2d', {willReadFrequently: true});
    canvas.drawImage(bitmap, 0, 0);
    const box = image.getBoundingClientRect();
    return (x, y) => {
      const at = [(x - box.left) / box.width * bitmap.width, (y - box.top) / box.height * bitmap.height];
      const [red, green, blue, alpha] = canvas.getImageData(...at.map(Math.floor), 1, 1).data;
      return [red, green, blue, alpha / 255];
    };
  };

  const contrast = async () => {
    const faults = new Map();
    const judge = (words, ink, behind, size, weight, whole, where, least = null) => {
      const large = size >= 24 || (size >= 18.66 && weight >= 700);
      const needed = least ?? (large ? 3 : 4.5);
      const has = ratio(over(ink, behind, whole), behind);
      if (has < needed) {
        const key = `${where} ${ink.slice(0, 3)} on ${behind.slice(0, 3).map(Math.round)}: ${has.toFixed(2)}`;
        faults.set(key, `${key}: ${short(words)}`);
      }
    };
    const walker = document.createTreeWalker(document.querySelector('.stApp'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const words = walker.currentNode.textContent;
      if (!words.trim() || element.closest('svg, style, script, canvas, [disabled], [aria-disabled="true"]')) continue;
      if (!shown(element) || element.getBoundingClientRect().width < 2) continue;
      const style = getComputedStyle(element);
      const icon = style.fontFamily.includes('Material');
      judge(words, colour(style.color), ground(element), parseFloat(style.fontSize), Number(style.fontWeight),
        opacity(element), named(element), icon ? 3 : null);
    }
    for (const input of document.querySelectorAll('.stApp input[placeholder]')) {
      if (input.value || !input.placeholder || !shown(input)) continue;
      const style = getComputedStyle(input, '::placeholder');
      judge(input.placeholder, colour(style.color), ground(input), parseFloat(style.fontSize), 400,
        Number(style.opacity), 'placeholder');
    }
    for (const chart of document.querySelectorAll('.js-plotly-plot')) {
      const shapes = [...chart.querySelectorAll(SHAPES)].map(shape => ({shape, box: shape.getBoundingClientRect()}));
      const heat = chart.querySelector('.heatmaplayer image');
      const cell = heat && await pixels(heat);
      for (const label of chart.querySelectorAll('svg.main-svg text')) {
        for (const part of label.querySelector('tspan') ? label.querySelectorAll('tspan') : [label]) {
          if (!part.textContent.trim() || !shown(label)) continue;
          const style = getComputedStyle(part);
          judge(part.textContent, colour(style.fill), behindLabel(label, chart, shapes, cell), parseFloat(style.fontSize),
            Number(style.fontWeight), Number(style.fillOpacity) * opacity(part), 'chart');
        }
      }
    }
    for (const grid of document.querySelectorAll('[data-testid="stDataFrame"] [style*="--gdg-"]')) {
      const style = getComputedStyle(grid);
      for (const [ink, behind] of [['text-dark', 'bg-cell'], ['text-header', 'bg-header']]) {
        const page = ground(grid);
        judge(ink, colour(style.getPropertyValue(`--gdg-${ink}`)),
          over(colour(style.getPropertyValue(`--gdg-${behind}`)), page), 14, 400, 1, 'table');
      }
    }
    return [...faults.values()];
  };

  // ---- keyboard

  const CONTROLS = 'a[href], button, input, select, textarea, summary, canvas, [role="radio"], [role="checkbox"], '
    + '[role="tab"], [role="switch"], [role="slider"]';
  // a table is one stop; of a group of choices, of which the arrows reach the rest, one is
  const ONE = ['stDataFrame', 'stSelectbox', 'stMultiSelect', 'stFileUploader'].map(id => `[data-testid="${id}"]`)
    .join(', ') + ', [role="radiogroup"], [role="tablist"]';
  const stop = element => element.closest(ONE) || element;
  let reached = new Set();
  const follow = () => {
    reached = new Set();
    document.activeElement?.blur();
    document.addEventListener('focusin', event => reached.add(stop(event.target)));
    main().tabIndex = -1;
    main().focus();
  };
  const stops = () => new Set([...main().querySelectorAll(CONTROLS)].filter(element => {
    const box = element.getBoundingClientRect();
    const seenAt = element.matches('input[type="checkbox"], input[type="radio"], input[type="file"]')
      ? element.closest('label') || element.parentElement : element;
    return !element.disabled && element.getAttribute('aria-hidden') !== 'true' && shown(seenAt)
      && (box.width > 1 || element.matches('input')) && !element.closest('.js-plotly-plot, [inert]');
  }).map(stop));
  const unreached = () => [...stops()].filter(one => !reached.has(one) && ![...reached].some(other => one.contains(other)))
    .map(one => `the keyboard does not reach ${named(one)}: ${short(one.textContent || one.ariaLabel || one.tagName)}`);

  // ---- words

  const words = () => [document.querySelector('.stApp').innerText,
    ...[...document.querySelectorAll('.stApp [role="gridcell"], .stApp [role="columnheader"], .stApp svg text')]
      .map(element => element.textContent),
    ...[...document.querySelectorAll('.stApp [aria-label], .stApp [placeholder], .stApp [title]')]
      .map(element => `${element.ariaLabel || ''} ${element.placeholder || ''} ${element.title || ''}`)].join('\n');

  const still = (quiet, patience) => new Promise(done => {
    let timer = setTimeout(done, quiet);
    const watcher = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, quiet); });
    watcher.observe(document.body, {childList: true, subtree: true, attributes: true, characterData: true});
    setTimeout(done, patience);
  });

  return {room, contrast, follow, stops: () => stops().size, unreached, words, still};
})();
