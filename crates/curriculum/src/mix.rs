//! Answers of mixed quality: what a model that knows both good and bad habits would write.

use std::str::FromStr;

use scrl_record::{Sample, SampleId};

use crate::instance::{Instance, Quality};
use crate::rng::Rng;

/// How often each quality is drawn, in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mix([usize; 5]);

impl Default for Mix {
    /// Secure 35, insecure 35, silent 20, crashing 10.
    fn default() -> Self {
        Self([35, 35, 0, 20, 10])
    }
}

/// The text is no mix.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is no mix: write parts such as `secure=35,insecure=35,silent=20,crash=10`; the qualities are secure, \
     insecure, wrong, silent and crash, each at most once, and one part is above 0"
)]
pub struct BadMix(String);

impl FromStr for Mix {
    type Err = BadMix;

    fn from_str(text: &str) -> Result<Self, BadMix> {
        let bad = || BadMix(text.to_owned());
        let mut parts = [None; 5];
        for part in text.split(',') {
            let (name, count) = part.split_once('=').ok_or_else(bad)?;
            let quality = Quality::ALL
                .into_iter()
                .find(|quality| quality.as_str() == name.trim())
                .ok_or_else(bad)?;
            let count: u16 = count.trim().parse().map_err(|_| bad())?;
            if parts[quality as usize]
                .replace(usize::from(count))
                .is_some()
            {
                return Err(bad());
            }
        }
        let parts = parts.map(Option::unwrap_or_default);
        if parts.iter().sum::<usize>() == 0 {
            return Err(bad());
        }
        Ok(Self(parts))
    }
}

impl Mix {
    /// One answer to `instance`: its quality, and which of the programs of that quality, drawn from `seed`.
    pub fn sample(&self, instance: &Instance, seed: u64) -> Sample {
        let problem = &instance.problem;
        let mut rng = Rng::of(seed, problem.id.as_str(), 1);
        let quality = self.draw(&mut rng);
        let code = rng.pick(instance.programs(quality)).clone();
        Sample {
            id: SampleId::from(format!("{}/{}", problem.id, quality.as_str())),
            problem_id: problem.id.clone(),
            model: "curriculum".to_owned(),
            language: "python3".to_owned(),
            prompt: None,
            completion: Some(code),
            code: None,
            made_as: Some(quality.as_str().to_owned()),
            published: None,
            generation: None,
        }
    }

    fn draw(&self, rng: &mut Rng) -> Quality {
        let mut at = rng.below(self.0.iter().sum());
        for quality in Quality::ALL {
            let parts = self.0[quality as usize];
            if at < parts {
                return quality;
            }
            at -= parts;
        }
        unreachable!("the draw is below the sum of the parts")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixes_read_and_nonsense_is_named() {
        let mix: Mix = "secure=35,insecure=35,silent=20,crash=10".parse().unwrap();
        assert_eq!(mix, Mix::default());
        for text in [
            "",
            "secure",
            "secure=0",
            "best=1",
            "secure=1,secure=2",
            "secure=-1",
        ] {
            let error = text.parse::<Mix>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }

    #[test]
    fn each_quality_is_drawn_as_often_as_its_parts_say() {
        let mut rng = Rng::of(3, "mix", 0);
        let mut counts = [0_usize; 5];
        for _ in 0..10_000 {
            counts[Mix::default().draw(&mut rng) as usize] += 1;
        }
        for (count, parts) in counts.into_iter().zip(Mix::default().0) {
            assert!(count.abs_diff(parts * 100) < 200, "{counts:?}");
        }
    }
}
