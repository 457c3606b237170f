//! Source text in, findings out; never executes anything.
//!
//! [`Module::parse`] reads one Python source; [`Module::findings`] gives its weaknesses with the ids, severities,
//! confidences, lines and columns of Bandit 1.9.4; [`Module::outline`] says what the program defines and does.
//!
//! ```
//! use scrl_audit::{Mode, Module};
//!
//! let module = Module::parse("import os\nos.system('ls ' + input())\n");
//! let findings = module.findings(Mode::Bandit);
//! assert_eq!(findings[0].id, "B605");
//! assert_eq!(findings[0].line, 2);
//! ```

mod call;
mod constant;
mod decode;
mod issue;
mod literal;
mod module;
mod names;
mod nosec;
mod outline;
mod pattern;
mod profile;
mod rules;
mod scan;
mod settings;
mod strict;
mod syntax;

pub use constant::Constant;
pub use decode::decode;
pub use issue::{Located, Scan};
pub use module::{Mode, Module, SyntaxError};
pub use outline::{ClassOutline, FunctionOutline, Outline};
pub use pattern::matches_pattern;
pub use profile::Profile;
pub use rules::{Advice, RuleInfo, advice, rules, rules_page};
pub use settings::{KeySizes, Settings};
pub use strict::{StrictRule, strict_rules};
