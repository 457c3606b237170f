//! What tasks are about: scenes and words that say nothing about the answer.

use crate::rng::Rng;

/// Lists of numbers: the variable, and what it holds.
const SCENES: [(&str, &str); 28] = [
    ("prices", "prices of books"),
    ("weights", "weights of parcels"),
    ("scores", "scores of players"),
    ("heights", "heights of trees"),
    ("ages", "ages of visitors"),
    ("distances", "distances between stops"),
    ("wages", "wages of workers"),
    ("delays", "delays of trains"),
    ("lengths", "lengths of planks"),
    ("points", "points of teams"),
    ("volumes", "volumes of jars"),
    ("costs", "costs of repairs"),
    ("sales", "sales of a shop"),
    ("votes", "votes for songs"),
    ("loads", "loads of trucks"),
    ("speeds", "speeds of cars"),
    ("levels", "water levels"),
    ("flocks", "sizes of flocks"),
    ("laps", "laps of runners"),
    ("grades", "grades of students"),
    ("bids", "bids at an auction"),
    ("strides", "strides of walkers"),
    ("rates", "rates of a sensor"),
    ("widths", "widths of shelves"),
    ("values", "values of coins"),
    ("numbers", "numbers on cards"),
    ("amounts", "amounts of flour"),
    ("depths", "depths of wells"),
];

/// Words of one kind, for lists of names.
const NOUNS: [&str; 48] = [
    "apple", "river", "stone", "cloud", "lamp", "tiger", "bread", "chair", "green", "night",
    "piano", "silver", "tulip", "wagon", "zebra", "candle", "desert", "engine", "forest", "garden",
    "hammer", "island", "jacket", "kettle", "lemon", "magnet", "needle", "orange", "pepper",
    "quartz", "rocket", "saddle", "tunnel", "velvet", "window", "yellow", "anchor", "bottle",
    "cobalt", "dragon", "ember", "falcon", "ginger", "harbor", "ivory", "jasmin", "knot", "maple",
];

/// First names, for people in tasks.
pub(crate) const NAMES: [&str; 24] = [
    "anna", "ben", "carla", "david", "elena", "felix", "greta", "hugo", "irene", "jonas", "karin",
    "louis", "mona", "nils", "olga", "paul", "rosa", "stefan", "tina", "umar", "vera", "willem",
    "yara", "zoe",
];

/// Lists of texts: the variable, and what it holds.
const TEXT_SCENES: [(&str, &str); 12] = [
    ("words", "words of a note"),
    ("names", "names of guests"),
    ("titles", "titles of songs"),
    ("labels", "labels of boxes"),
    ("tags", "tags of photos"),
    ("items", "items on a list"),
    ("brands", "brands on a shelf"),
    ("towns", "towns on a tour"),
    ("nouns", "nouns of a lesson"),
    ("topics", "topics of a meeting"),
    ("plants", "plants in a garden"),
    ("colors", "colors of flags"),
];

/// Single texts: the variable, and what it is.
const LINES: [(&str, &str); 12] = [
    ("text", "text of a note"),
    ("line", "line of a poem"),
    ("message", "message of a friend"),
    ("phrase", "phrase on a sign"),
    ("title", "title of a book"),
    ("label", "label of a box"),
    ("word", "word of a riddle"),
    ("name", "name of a ship"),
    ("code", "code on a ticket"),
    ("string", "string of beads"),
    ("entry", "entry of a diary"),
    ("slogan", "slogan of a shop"),
];

impl Rng {
    /// A list of numbers to tell a task about: the variable, and what it holds.
    pub(crate) fn scene(&mut self) -> (&'static str, &'static str) {
        *self.pick(&SCENES)
    }

    /// A list of texts to tell a task about.
    pub(crate) fn text_scene(&mut self) -> (&'static str, &'static str) {
        *self.pick(&TEXT_SCENES)
    }

    /// One text to tell a task about.
    pub(crate) fn line_scene(&mut self) -> (&'static str, &'static str) {
        *self.pick(&LINES)
    }

    /// Between `least` and `most` nouns; some may repeat.
    pub(crate) fn nouns(&mut self, least: usize, most: usize) -> Vec<String> {
        let count = least + self.below(most - least + 1);
        (0..count)
            .map(|_| (*self.pick(&NOUNS)).to_owned())
            .collect()
    }

    /// A phrase of nouns.
    pub(crate) fn phrase(&mut self, least: usize, most: usize) -> String {
        self.nouns(least, most).join(" ")
    }
}
