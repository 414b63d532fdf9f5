// Colours of quantities: cividis, which looks nearly the same with and without red-green colour blindness (Nuñez,
// Anderton, Renslow, PLoS ONE 13(7): e0199239, 2018), on a scale that is logarithmic because attacks are.

const rows: [number, number, number, number][] = [
  [0, 0, 34, 78], [16, 0, 46, 106], [22, 0, 49, 113], [32, 26, 56, 111], [48, 50, 67, 109], [64, 67, 78, 108],
  [80, 83, 90, 109], [96, 97, 101, 111], [112, 111, 112, 115], [128, 125, 124, 120], [144, 140, 136, 120],
  [160, 155, 148, 118], [176, 171, 160, 114], [192, 188, 174, 108], [208, 205, 187, 99], [224, 222, 201, 88],
  [240, 240, 216, 70], [251, 253, 227, 52], [255, 254, 232, 56],
];

type RGB = [number, number, number];

function cividis(t: number): RGB {
  const at = Math.min(Math.max(t, 0), 1) * 255;
  const i = Math.max(1, rows.findIndex((r) => r[0] >= at));
  const a = rows[i - 1]!;
  const b = rows[i]!;
  const w = (at - a[0]) / (b[0] - a[0]);
  return [1, 2, 3].map((c) => Math.round(a[c]! + (b[c]! - a[c]!) * w)) as RGB;
}

const mix = (a: RGB, b: RGB, w: number): RGB => a.map((x, i) => Math.round(x + (b[i]! - x) * w)) as RGB;
const css = (c: RGB): string => `rgb(${c.join(" ")})`;

export const levels = 44;
const fading = 10; // levels below one attempt

// Scale gives a number one of so many colours; level 0 is nothing.
export class Scale {
  readonly top: number; // 1, 2 or 5 times a power of ten, at least 10
  readonly colours: string[] = [];
  readonly inks: string[] = []; // for text on them

  constructor(largest: number, dark: boolean) {
    this.top = Math.max(10, nice(largest));
    const land: RGB = dark ? [35, 39, 44] : [218, 217, 211];
    const [low, high] = dark ? [0.27, 1] : [0.97, 0];
    for (let i = 0; i < levels; i++) {
      const t = Math.max(0, (i - fading) / (levels - 1 - fading));
      const c = cividis(low + (high - low) * t);
      const seen = i < fading ? 1 - (1 - i / fading) ** 2 : 1;
      const shown = mix(land, c, seen);
      this.colours.push(css(shown));
      this.inks.push(luminance(shown) > 0.18 ? "#000" : "#fff");
    }
  }

  // position is where a value stands on the legend, 0…1.
  position(v: number): number {
    return Math.log1p(v) / Math.log1p(this.top);
  }

  // between is the level of a value from low to high, by its order of magnitude: what is compared among few cells.
  static between(v: number, low: number, high: number): number {
    const t = high > low ? Math.log(v / low) / Math.log(high / low) : 1;
    return v > 0 ? fading + Math.round(t * (levels - 1 - fading)) : 0;
  }

  level(v: number): number {
    if (v < 1) return Math.round(v * fading);
    const one = this.position(1);
    const t = (this.position(v) - one) / (1 - one);
    return Math.min(levels - 1, fading + Math.round(t * (levels - 1 - fading)));
  }

  // ticks are 1, 2, 5, 10 … up to the top, as many as have room.
  ticks(room: number): number[] {
    const all = [1];
    for (let v = 1; v < this.top; ) {
      v = nice(v * 1.01);
      all.push(v);
    }
    const every = Math.ceil(all.length / room);
    return all.filter((_, i) => (all.length - 1 - i) % every === 0);
  }
}

// nice returns the smallest 1, 2 or 5 times a power of ten that is not below v.
export function nice(v: number): number {
  for (let unit = 1; ; unit *= 10) for (const f of [1, 2, 5]) if (f * unit >= v) return f * unit;
}

// luminance is that of WCAG 2, 0…1.
function luminance(c: RGB): number {
  const [r, g, b] = c.map((x) => (x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4)) as RGB;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
