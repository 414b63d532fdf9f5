// What the page says, in four languages. A text with {n} and the like takes values; a list is the form for one and the
// form for others, chosen by the rules of the language.

const en = {
  title: "Failed ssh logins around the world",
  failed: ["failed attempt", "failed attempts"],
  accepted: ["login succeeded", "logins succeeded"],
  sources: ["address", "addresses"],
  countries: ["country", "countries"],
  accountsTried: ["account tried", "accounts tried"],
  attempts: ["attempt", "attempts"],
  returning: ["address came back in another hour", "addresses came back in another hour"],
  unparsed: ["line not understood", "lines not understood"],
  unlocated: ["attempt not located", "attempts not located"],
  untimed: ["attempt logged without a time", "attempts logged without a time"],
  map: "Attempts by country of the source address",
  mapHelp: "Arrow keys go from country to country, Enter filters.",
  country: "Country",
  account: "Account",
  address: "Address",
  network: "Network",
  method: "Method",
  hour: "Hour",
  day: "Day",
  time: "Time",
  failedColumn: "Failed",
  acceptedColumn: "Succeeded",
  share: "Share",
  sourcesColumn: "Addresses",
  newColumn: "New",
  seenColumn: "Seen before",
  countriesList: "Countries",
  accountsList: "Accounts tried",
  addressesList: "Addresses",
  networksList: "Networks",
  methodsList: "Methods",
  breakdown: "Accounts by method",
  newAndSeen: "New and returning addresses by hour",
  strip: "Hours and days",
  stripHelp: "Choose an hour to see only that.",
  logins: "Logins that succeeded",
  noLogins: "None: nobody got in.",
  failuresBefore: ["after {n} failed attempt from there", "after {n} failed attempts from there"],
  notListed: "{n} more are not listed",
  course: "Failed attempts per {step}",
  peak: "Peak",
  toPeak: "Go to the peak",
  play: "Play",
  pause: "Pause",
  stepBack: "One step back",
  stepForward: "One step forward",
  position: "Time shown",
  speed: "Speed",
  mode: "Map shows",
  pulse: "what just happened (fading)",
  window: "the last {time}",
  cumulative: "all since the start",
  whole: "whole time",
  now: "now",
  upTo: "up to",
  around: "about",
  all: "Show {n}",
  fewer: "Show fewer",
  others: ["{n} other", "{n} others"],
  empty: "(empty)",
  noAddress: "(no address)",
  private: "Private network",
  reserved: "Reserved address",
  unknown: "Unknown country",
  filters: "Shown only",
  noFilters: "Choose a country, an account, an address or an hour to see only that.",
  removeFilter: "Remove {what}",
  clear: "Show everything",
  back: "Back",
  nothing: "Nothing is left with this choice.",
  topAccounts: "Accounts",
  topNetworks: "Networks",
  download: "Save",
  csv: "Numbers (CSV)",
  svg: "Map (SVG)",
  png: "Map (PNG)",
  theme: "Colours",
  auto: "As the system",
  light: "Light",
  dark: "Dark",
  table: "As a table",
  attribution: "Source-IP location, not attribution.",
  live: "Live",
  connecting: "Connecting …",
  lost: "Connection lost; trying again …",
  wall: "Wall",
  broken: "This page's data cannot be read: {why}",
  minute: ["minute", "{n} minutes"],
  hourUnit: ["hour", "{n} hours"],
  second: ["second", "{n} seconds"],
};

export type Words = typeof en;

const de: Words = {
  title: "Abgewiesene ssh-Anmeldungen weltweit",
  failed: ["abgewiesener Versuch", "abgewiesene Versuche"],
  accepted: ["Anmeldung gelang", "Anmeldungen gelangen"],
  sources: ["Adresse", "Adressen"],
  countries: ["Land", "Länder"],
  accountsTried: ["Konto versucht", "Konten versucht"],
  attempts: ["Versuch", "Versuche"],
  returning: ["Adresse kam in einer anderen Stunde wieder", "Adressen kamen in einer anderen Stunde wieder"],
  unparsed: ["Zeile nicht verstanden", "Zeilen nicht verstanden"],
  unlocated: ["Versuch ohne Ort", "Versuche ohne Ort"],
  untimed: ["Versuch ohne Zeit im Log", "Versuche ohne Zeit im Log"],
  map: "Versuche nach dem Land der Quelladresse",
  mapHelp: "Pfeiltasten gehen von Land zu Land, Enter filtert.",
  country: "Land",
  account: "Konto",
  address: "Adresse",
  network: "Netz",
  method: "Verfahren",
  hour: "Stunde",
  day: "Tag",
  time: "Zeit",
  failedColumn: "Abgewiesen",
  acceptedColumn: "Gelungen",
  share: "Anteil",
  sourcesColumn: "Adressen",
  newColumn: "Neu",
  seenColumn: "Bekannt",
  countriesList: "Länder",
  accountsList: "Versuchte Konten",
  addressesList: "Adressen",
  networksList: "Netze",
  methodsList: "Verfahren",
  breakdown: "Konten nach Verfahren",
  newAndSeen: "Neue und bekannte Adressen je Stunde",
  strip: "Stunden und Tage",
  stripHelp: "Eine Stunde wählen, um nur sie zu sehen.",
  logins: "Gelungene Anmeldungen",
  noLogins: "Keine: Niemand kam hinein.",
  failuresBefore: ["nach {n} abgewiesenen Versuch von dort", "nach {n} abgewiesenen Versuchen von dort"],
  notListed: "{n} weitere sind nicht aufgeführt",
  course: "Abgewiesene Versuche je {step}",
  peak: "Höchststand",
  toPeak: "Zum Höchststand",
  play: "Abspielen",
  pause: "Anhalten",
  stepBack: "Einen Schritt zurück",
  stepForward: "Einen Schritt vor",
  position: "Gezeigte Zeit",
  speed: "Tempo",
  mode: "Karte zeigt",
  pulse: "was eben geschah (verblassend)",
  window: "die letzten {time}",
  cumulative: "alles seit dem Anfang",
  whole: "ganze Zeit",
  now: "jetzt",
  upTo: "bis",
  around: "um",
  all: "{n} zeigen",
  fewer: "Weniger zeigen",
  others: ["{n} weiteres", "{n} weitere"],
  empty: "(leer)",
  noAddress: "(ohne Adresse)",
  private: "Privates Netz",
  reserved: "Reservierte Adresse",
  unknown: "Unbekanntes Land",
  filters: "Nur gezeigt",
  noFilters: "Ein Land, Konto, eine Adresse oder Stunde wählen, um nur das zu sehen.",
  removeFilter: "{what} entfernen",
  clear: "Alles zeigen",
  back: "Zurück",
  nothing: "Mit dieser Wahl bleibt nichts übrig.",
  topAccounts: "Konten",
  topNetworks: "Netze",
  download: "Sichern",
  csv: "Zahlen (CSV)",
  svg: "Karte (SVG)",
  png: "Karte (PNG)",
  theme: "Farben",
  auto: "Wie das System",
  light: "Hell",
  dark: "Dunkel",
  table: "Als Tabelle",
  attribution: "Ort der Quelladresse, keine Zuschreibung.",
  live: "Live",
  connecting: "Verbinde …",
  lost: "Verbindung verloren; neuer Versuch …",
  wall: "Wand",
  broken: "Die Daten dieser Seite sind nicht lesbar: {why}",
  minute: ["Minute", "{n} Minuten"],
  hourUnit: ["Stunde", "{n} Stunden"],
  second: ["Sekunde", "{n} Sekunden"],
};

const fr: Words = {
  title: "Connexions ssh refusées dans le monde",
  failed: ["tentative refusée", "tentatives refusées"],
  accepted: ["connexion réussie", "connexions réussies"],
  sources: ["adresse", "adresses"],
  countries: ["pays", "pays"],
  accountsTried: ["compte essayé", "comptes essayés"],
  attempts: ["tentative", "tentatives"],
  returning: ["adresse revenue à une autre heure", "adresses revenues à une autre heure"],
  unparsed: ["ligne non comprise", "lignes non comprises"],
  unlocated: ["tentative non localisée", "tentatives non localisées"],
  untimed: ["tentative sans heure dans le journal", "tentatives sans heure dans le journal"],
  map: "Tentatives par pays de l’adresse source",
  mapHelp: "Les flèches vont d’un pays à l’autre, Entrée filtre.",
  country: "Pays",
  account: "Compte",
  address: "Adresse",
  network: "Réseau",
  method: "Méthode",
  hour: "Heure",
  day: "Jour",
  time: "Date",
  failedColumn: "Refusées",
  acceptedColumn: "Réussies",
  share: "Part",
  sourcesColumn: "Adresses",
  newColumn: "Nouvelles",
  seenColumn: "Déjà vues",
  countriesList: "Pays",
  accountsList: "Comptes essayés",
  addressesList: "Adresses",
  networksList: "Réseaux",
  methodsList: "Méthodes",
  breakdown: "Comptes par méthode",
  newAndSeen: "Adresses nouvelles et déjà vues par heure",
  strip: "Heures et jours",
  stripHelp: "Choisir une heure pour ne voir qu’elle.",
  logins: "Connexions réussies",
  noLogins: "Aucune : personne n’est entré.",
  failuresBefore: ["après {n} tentative refusée de là", "après {n} tentatives refusées de là"],
  notListed: "{n} autres ne figurent pas dans la liste",
  course: "Tentatives refusées par {step}",
  peak: "Maximum",
  toPeak: "Aller au maximum",
  play: "Lecture",
  pause: "Pause",
  stepBack: "Un pas en arrière",
  stepForward: "Un pas en avant",
  position: "Moment montré",
  speed: "Vitesse",
  mode: "La carte montre",
  pulse: "ce qui vient d’arriver (s’estompe)",
  window: "les dernières {time}",
  cumulative: "tout depuis le début",
  whole: "toute la durée",
  now: "maintenant",
  upTo: "jusqu’à",
  around: "vers",
  all: "En montrer {n}",
  fewer: "En montrer moins",
  others: ["{n} autre", "{n} autres"],
  empty: "(vide)",
  noAddress: "(sans adresse)",
  private: "Réseau privé",
  reserved: "Adresse réservée",
  unknown: "Pays inconnu",
  filters: "Seulement",
  noFilters: "Choisir un pays, un compte, une adresse ou une heure pour ne voir que cela.",
  removeFilter: "Retirer {what}",
  clear: "Tout montrer",
  back: "Retour",
  nothing: "Il ne reste rien avec ce choix.",
  topAccounts: "Comptes",
  topNetworks: "Réseaux",
  download: "Enregistrer",
  csv: "Nombres (CSV)",
  svg: "Carte (SVG)",
  png: "Carte (PNG)",
  theme: "Couleurs",
  auto: "Comme le système",
  light: "Clair",
  dark: "Sombre",
  table: "En tableau",
  attribution: "Lieu de l’adresse source, sans attribution.",
  live: "En direct",
  connecting: "Connexion …",
  lost: "Connexion perdue ; nouvel essai …",
  wall: "Mur",
  broken: "Les données de cette page sont illisibles : {why}",
  minute: ["minute", "{n} minutes"],
  hourUnit: ["heure", "{n} heures"],
  second: ["seconde", "{n} secondes"],
};

const es: Words = {
  title: "Accesos ssh rechazados en el mundo",
  failed: ["intento rechazado", "intentos rechazados"],
  accepted: ["acceso logrado", "accesos logrados"],
  sources: ["dirección", "direcciones"],
  countries: ["país", "países"],
  accountsTried: ["cuenta probada", "cuentas probadas"],
  attempts: ["intento", "intentos"],
  returning: ["dirección volvió en otra hora", "direcciones volvieron en otra hora"],
  unparsed: ["línea no entendida", "líneas no entendidas"],
  unlocated: ["intento sin ubicar", "intentos sin ubicar"],
  untimed: ["intento sin hora en el registro", "intentos sin hora en el registro"],
  map: "Intentos por país de la dirección de origen",
  mapHelp: "Las flechas van de país en país, Intro filtra.",
  country: "País",
  account: "Cuenta",
  address: "Dirección",
  network: "Red",
  method: "Método",
  hour: "Hora",
  day: "Día",
  time: "Fecha",
  failedColumn: "Rechazados",
  acceptedColumn: "Logrados",
  share: "Parte",
  sourcesColumn: "Direcciones",
  newColumn: "Nuevas",
  seenColumn: "Ya vistas",
  countriesList: "Países",
  accountsList: "Cuentas probadas",
  addressesList: "Direcciones",
  networksList: "Redes",
  methodsList: "Métodos",
  breakdown: "Cuentas por método",
  newAndSeen: "Direcciones nuevas y ya vistas por hora",
  strip: "Horas y días",
  stripHelp: "Elija una hora para ver solo esa.",
  logins: "Accesos logrados",
  noLogins: "Ninguno: nadie entró.",
  failuresBefore: ["tras {n} intento rechazado desde ahí", "tras {n} intentos rechazados desde ahí"],
  notListed: "{n} más no figuran en la lista",
  course: "Intentos rechazados por {step}",
  peak: "Máximo",
  toPeak: "Ir al máximo",
  play: "Reproducir",
  pause: "Pausa",
  stepBack: "Un paso atrás",
  stepForward: "Un paso adelante",
  position: "Momento mostrado",
  speed: "Velocidad",
  mode: "El mapa muestra",
  pulse: "lo que acaba de ocurrir (se desvanece)",
  window: "los últimos {time}",
  cumulative: "todo desde el inicio",
  whole: "todo el tiempo",
  now: "ahora",
  upTo: "hasta",
  around: "hacia",
  all: "Mostrar {n}",
  fewer: "Mostrar menos",
  others: ["{n} otro", "{n} otros"],
  empty: "(vacío)",
  noAddress: "(sin dirección)",
  private: "Red privada",
  reserved: "Dirección reservada",
  unknown: "País desconocido",
  filters: "Solo se muestra",
  noFilters: "Elija un país, una cuenta, una dirección o una hora para ver solo eso.",
  removeFilter: "Quitar {what}",
  clear: "Mostrar todo",
  back: "Volver",
  nothing: "Con esta elección no queda nada.",
  topAccounts: "Cuentas",
  topNetworks: "Redes",
  download: "Guardar",
  csv: "Números (CSV)",
  svg: "Mapa (SVG)",
  png: "Mapa (PNG)",
  theme: "Colores",
  auto: "Como el sistema",
  light: "Claro",
  dark: "Oscuro",
  table: "Como tabla",
  attribution: "Ubicación de la IP de origen, no atribución.",
  live: "En vivo",
  connecting: "Conectando …",
  lost: "Conexión perdida; nuevo intento …",
  wall: "Muro",
  broken: "Los datos de esta página no se pueden leer: {why}",
  minute: ["minuto", "{n} minutos"],
  hourUnit: ["hora", "{n} horas"],
  second: ["segundo", "{n} segundos"],
};

const catalogues: Record<string, Words> = { en, de, fr, es };

type Forms = { [K in keyof Words]: Words[K] extends string[] ? K : never }[keyof Words];
type Plain = Exclude<keyof Words, Forms>;

// Language is a catalogue with the numbers and names that go with it.
export class Language {
  readonly tag: string; // en, de, fr or es
  readonly locale: string; // the same as the reader's country writes it: en-GB
  private readonly words: Words;
  private readonly numbers: Intl.NumberFormat;
  private readonly shares: Intl.NumberFormat;
  private readonly plurals: Intl.PluralRules;
  private readonly regions: Intl.DisplayNames;

  // The first of the wanted languages that we have is taken.
  constructor(wanted: readonly string[]) {
    const found = wanted.find((tag) => tag.slice(0, 2).toLowerCase() in catalogues) ?? "en";
    this.tag = found.slice(0, 2).toLowerCase();
    this.words = catalogues[this.tag]!;
    this.locale = wellFormed(found) ? found : this.tag;
    this.numbers = new Intl.NumberFormat(this.locale, { useGrouping: true });
    this.shares = new Intl.NumberFormat(this.locale, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
    this.plurals = new Intl.PluralRules(this.tag);
    this.regions = new Intl.DisplayNames([this.tag], { type: "region" });
  }

  say(key: Plain, values: Record<string, string> = {}): string {
    return fill(this.words[key], values);
  }

  // forms is the text alone in the form for n, many the text for a number that it may hold as {n}.
  forms(key: Forms, n: number): string {
    const [one, other] = this.words[key] as [string, string];
    return fill(this.plurals.select(n) === "one" ? one : other, { n: this.number(n) });
  }

  many(key: Forms, n: number): string {
    return `${this.number(n)} ${this.forms(key, n)}`;
  }

  number(n: number): string {
    return this.numbers.format(n);
  }

  share(n: number, of: number): string {
    return of > 0 ? this.shares.format(n / of) : "";
  }

  place(code: string): string {
    switch (code) {
      case "-private":
        return this.words.private;
      case "-reserved":
        return this.words.reserved;
      case "-unknown":
        return this.words.unknown;
    }
    return (/^[A-Z]{2}$/.test(code) && this.regions.of(code)) || code;
  }

  // duration of whole minutes or hours, if it is: "minute", "15 minutes".
  duration(seconds: number): string {
    if (seconds % 3600 === 0) return this.forms("hourUnit", seconds / 3600);
    if (seconds % 60 === 0) return this.forms("minute", seconds / 60);
    return this.forms("second", seconds);
  }
}

function wellFormed(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
}
