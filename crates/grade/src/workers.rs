//! Zygotes of several kinds: what few programs use is loaded in a zygote of its own, because every fork pays for all that
//! its zygote holds.

use scrl_sandbox::{Error, Sandbox, Worker};

use crate::python::NUMPY;
use crate::testing::Program;

/// One worker of each kind that has been needed.
#[derive(Debug)]
pub(crate) struct Workers<'a> {
    sandbox: &'a Sandbox,
    plain: Worker,
    numpy: Option<Worker>,
}

impl<'a> Workers<'a> {
    pub(crate) fn start(sandbox: &'a Sandbox) -> Result<Self, Error> {
        Ok(Self {
            sandbox,
            plain: sandbox.worker()?,
            numpy: None,
        })
    }

    /// For what needs nothing in particular.
    pub(crate) fn plain(&mut self) -> &mut Worker {
        &mut self.plain
    }

    /// The one that has loaded what `program` uses.
    pub(crate) fn of(&mut self, program: &Program<'_>) -> Result<&mut Worker, Error> {
        if !program.uses_numpy {
            return Ok(&mut self.plain);
        }
        if self.numpy.is_none() {
            let sandbox = self.sandbox.of_kind(NUMPY);
            self.numpy = sandbox.map(|sandbox| sandbox.worker()).transpose()?;
        }
        Ok(self.numpy.as_mut().unwrap_or(&mut self.plain))
    }
}
