//! Settings made ready for scanning many sources.

use std::sync::OnceLock;

use crate::rules::Dispatch;
use crate::settings::Settings;

/// The selected rules with their settings. Making one costs about as much as scanning a short file, so keep it.
#[derive(Debug)]
pub struct Profile {
    pub(crate) settings: Settings,
    pub(crate) dispatch: Dispatch,
}

impl Profile {
    /// Makes the table of the rules that the settings select.
    pub fn new(settings: Settings) -> Profile {
        Profile {
            dispatch: Dispatch::new(&settings),
            settings,
        }
    }

    /// The settings it was made of.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Bandit 1.9.4 without configuration.
    pub fn bandit() -> &'static Profile {
        static PROFILE: OnceLock<Profile> = OnceLock::new();
        PROFILE.get_or_init(|| Profile::new(Settings::default()))
    }
}
