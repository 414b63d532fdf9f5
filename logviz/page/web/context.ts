// What the parts of the page share: the counts, the words, and how to change what is shown.

import type { Clock } from "./clock";
import type { Filter, Model, View } from "./model";
import type { State } from "./state";
import type { Language } from "./words";

export interface Context {
  model: Model;
  clock: Clock;
  language: Language;
  live: boolean;
  // choose sets parts of the filter; a value of undefined takes the part out. It becomes an entry of the history.
  choose(change: { [K in keyof Filter]?: Filter[K] | undefined }): void;
  // show moves in time, or changes how that is shown, without an entry in the history.
  show(change: Partial<State>): void;
  dark(): boolean;
}

// Part is a piece of the page. It is redrawn when the counts change.
export interface Part {
  element: HTMLElement;
  update(view: View, state: State): void;
}
