// Time as the log's zone has it. Go tells the offsets, so that a page shows the same hours wherever it is opened.

import type { Header } from "./payload";

export class Clock {
  private readonly formats = new Map<string, Intl.DateTimeFormat>();

  constructor(
    private readonly header: Header,
    private readonly lang: string,
  ) {}

  // unix is when a step begins, in seconds.
  unix(step: number): number {
    return this.header.from + step * this.header.step;
  }

  // offset is how far local time is ahead of UTC, in seconds.
  offset(unix: number): number {
    return this.entry(unix)[1];
  }

  zone(unix: number): string {
    return this.entry(unix)[2];
  }

  private entry(unix: number): [number, number, string] {
    const list = this.header.offsets;
    let found = list[0] ?? [0, 0, "UTC"];
    for (const o of list) if (o[0] <= unix) found = o;
    return found;
  }

  // hour is the number of a local hour: days are 24 of them.
  hour(unix: number): number {
    return Math.floor((unix + this.offset(unix)) / 3600);
  }

  private format(local: number, name: string, options: Intl.DateTimeFormatOptions): string {
    let f = this.formats.get(name);
    if (!f) {
      f = new Intl.DateTimeFormat(this.lang, { ...options, timeZone: "UTC" });
      this.formats.set(name, f);
    }
    return f.format(local * 1000);
  }

  time(unix: number): string {
    const local = unix + this.offset(unix);
    const two = (n: number): string => String(n).padStart(2, "0");
    const clock = `${two(Math.floor(local / 3600) % 24)}:${two(Math.floor(local / 60) % 60)}`;
    return this.header.step % 60 ? `${clock}:${two(local % 60)}` : clock;
  }

  day(unix: number): string {
    return this.format(unix + this.offset(unix), "day", { weekday: "short", day: "numeric", month: "long", year: "numeric" });
  }

  shortDay(unix: number): string {
    return this.format(unix + this.offset(unix), "short", { weekday: "short", day: "numeric", month: "short" });
  }

  moment(unix: number): string {
    return `${this.shortDay(unix)} ${this.time(unix)}`;
  }

  // stamp is for files: 2026-03-14 08:00, the same in all languages.
  stamp(unix: number): string {
    const iso = new Date((unix + this.offset(unix)) * 1000).toISOString();
    return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
  }
}
