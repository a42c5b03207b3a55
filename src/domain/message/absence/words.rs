//! The words by which dates and the ends of absences are known: tables, in lower case and without
//! accents.

use jiff::civil::Weekday;

/// By month, from January: en, de, fr, es, nl, it, with their abbreviations.
const MONTHS: [&[&str]; 12] = [
    &[
        "january", "jan", "januar", "janner", "janvier", "janv", "enero", "ene", "januari",
        "gennaio",
    ],
    &["february", "feb", "februar", "fevrier", "fevr", "febrero", "februari", "febbraio"],
    &["march", "mar", "marz", "maerz", "mars", "marzo", "maart", "mrt"],
    &["april", "apr", "avril", "avr", "abril", "abr", "aprile"],
    &["may", "mai", "mayo", "mei", "maggio"],
    &["june", "jun", "juni", "juin", "junio", "giugno"],
    &["july", "jul", "juli", "juillet", "juil", "julio", "luglio"],
    &["august", "aug", "aout", "agosto", "ago", "augustus"],
    &["september", "sep", "sept", "septembre", "septiembre", "settembre"],
    &["october", "oct", "oktober", "okt", "octobre", "octubre", "ottobre"],
    &["november", "nov", "novembre", "noviembre"],
    &["december", "dec", "dezember", "dez", "decembre", "diciembre", "dic", "dicembre"],
];

/// From Monday, in the same languages.
const WEEKDAYS: [&[&str]; 7] = [
    &["monday", "montag", "lundi", "lunes", "maandag", "lunedi"],
    &["tuesday", "dienstag", "mardi", "martes", "dinsdag", "martedi"],
    &["wednesday", "mittwoch", "mercredi", "miercoles", "woensdag", "mercoledi"],
    &["thursday", "donnerstag", "jeudi", "jueves", "donderdag", "giovedi"],
    &["friday", "freitag", "vendredi", "viernes", "vrijdag", "venerdi"],
    &["saturday", "samstag", "sonnabend", "samedi", "sabado", "zaterdag", "sabato"],
    &["sunday", "sonntag", "dimanche", "domingo", "zondag", "domenica"],
];

/// Too short to name a day without a date behind them.
const SHORT_WEEKDAYS: &[&str] = &[
    "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "mo", "di", "mi",
    "do", "fr", "sa", "so", "lun", "mar", "mer", "jeu", "ven", "sam", "dim", "mie", "jue", "vie",
    "sab", "dom", "ma", "wo", "vr", "za", "zo", "gio",
];

/// Between a cue or a weekday and its date.
const FILLERS: &[&str] = &[
    "the",
    "on",
    "and",
    "including",
    "inclusive",
    "incl",
    "dem",
    "den",
    "der",
    "zum",
    "am",
    "inkl",
    "einschliesslich",
    "le",
    "la",
    "el",
    "dia",
    "de",
    "het",
    "il",
    "al",
    "au",
    "en",
    "met",
];

/// Behind the number of a day.
const ORDINALS: &[&str] = &["st", "nd", "rd", "th", "er", "e", "o", "a", "de", "ste"];

/// Between a day and its month or between a month and its year.
const OF: &[&str] = &["of", "de", "del", "d", "the"];

/// The absence lasts to the end of the day that follows. The last is of Dutch `t/m`.
const UNTIL: &[&str] = &[
    "until", "till", "til", "untill", "through", "thru", "bis", "jusqu", "hasta", "tot", "fino",
    "m",
];

/// The absence is over on the day beside it.
const BACK: &[&str] = &[
    "back",
    "return",
    "returns",
    "returning",
    "resume",
    "wieder",
    "zuruck",
    "zurueck",
    "ruckkehr",
    "retour",
    "reviens",
    "reviendrai",
    "revenir",
    "rentre",
    "rentrerai",
    "reprise",
    "vuelvo",
    "volvere",
    "vuelta",
    "regreso",
    "regresare",
    "terug",
    "weer",
    "rientro",
    "rientrero",
    "torno",
    "tornero",
];

/// Something begins on the day that follows.
const FROM: &[&str] = &[
    "from",
    "since",
    "starting",
    "beginning",
    "ab",
    "vom",
    "von",
    "seit",
    "des",
    "du",
    "depuis",
    "partir",
    "del",
    "desde",
    "van",
    "vanaf",
    "sinds",
    "dal",
];

/// Between the first and the last day of a range.
const TO: &[&str] = &["to", "bis", "au", "a", "al", "tot", "through", "thru"];

/// Behind the hour: what stood before it is no day.
const OF_THE_CLOCK: &[&str] = &["uhr", "h", "am", "pm", "uur", "u"];

pub fn month(word: &str) -> Option<i8> {
    (1..).zip(MONTHS).find(|(_, names)| names.contains(&word)).map(|(number, _)| number)
}

pub fn weekday(word: &str) -> Option<Weekday> {
    let known = (1..).zip(WEEKDAYS).find(|(_, names)| names.contains(&word));
    known.and_then(|(number, _)| Weekday::from_monday_one_offset(number).ok())
}

pub fn is_weekday(word: &str) -> bool {
    weekday(word).is_some() || SHORT_WEEKDAYS.contains(&word)
}

pub fn is_filler(word: &str) -> bool {
    FILLERS.contains(&word)
}

pub fn is_ordinal(word: &str) -> bool {
    ORDINALS.contains(&word)
}

pub fn is_of(word: &str) -> bool {
    OF.contains(&word)
}

pub fn is_until(word: &str) -> bool {
    UNTIL.contains(&word)
}

pub fn is_back(word: &str) -> bool {
    BACK.contains(&word)
}

pub fn is_from(word: &str) -> bool {
    FROM.contains(&word)
}

pub fn is_to(word: &str) -> bool {
    TO.contains(&word)
}

pub fn is_of_the_clock(word: &str) -> bool {
    OF_THE_CLOCK.contains(&word)
}
