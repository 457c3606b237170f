//! The descriptors of one run: memory files, fresh for each run.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::FileExt;

use crate::outcome::Job;
use crate::sys;

/// What the program reads and writes, and for a batch the channel to it.
pub(crate) struct RunFiles {
    stdin: File,
    job: File,
    stdout: File,
    stderr: File,
    result: File,
    batch: Option<Batch>,
}

/// What most programs write fits into it.
const USUAL: usize = 4096;

/// What only a batch needs.
struct Batch {
    /// What the program gets of `stdin` and `job`, which change under it: it may not write there.
    stdin: File,
    job: File,
    channel: OwnedFd,
    their_channel: OwnedFd,
}

/// What a job left in the files.
pub(crate) struct Written {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) result: Vec<u8>,
}

impl RunFiles {
    /// Files for a single job: what the program reads is sealed.
    pub(crate) fn single(job: &Job<'_>) -> io::Result<Self> {
        let files = Self::create(true)?;
        files.fill(job)?;
        sys::seal(&files.stdin)?;
        sys::seal(&files.job)?;
        Ok(files)
    }

    /// Files for a batch that begins with `job`: they are filled again for each of its jobs.
    pub(crate) fn batch(job: &Job<'_>) -> io::Result<Self> {
        let mut files = Self::create(false)?;
        files.fill(job)?;
        let (channel, their_channel) = sys::channel_pair()?;
        files.batch = Some(Batch {
            stdin: sys::read_only(&files.stdin)?,
            job: sys::read_only(&files.job)?,
            channel,
            their_channel,
        });
        Ok(files)
    }

    fn create(sealable: bool) -> io::Result<Self> {
        Ok(Self {
            stdin: sys::memory_file(c"stdin", sealable)?,
            job: sys::memory_file(c"job", sealable)?,
            stdout: sys::memory_file(c"stdout", false)?,
            stderr: sys::memory_file(c"stderr", false)?,
            result: sys::memory_file(c"result", false)?,
            batch: None,
        })
    }

    fn fill(&self, job: &Job<'_>) -> io::Result<()> {
        self.stdin.write_all_at(job.stdin, 0)?;
        self.job.write_all_at(job.payload, 0)
    }

    /// Puts `job` of a batch in the place of the one `before` it, which has `said` something on standard output, standard
    /// error, or as its result. The program shares the offsets of what it was given.
    pub(crate) fn refill(
        &self,
        before: &Job<'_>,
        job: &Job<'_>,
        said: [bool; 3],
    ) -> io::Result<()> {
        if job.stdin.len() < before.stdin.len() {
            self.stdin.set_len(0)?;
        }
        let [mut stdin, stdout, stderr, _, result] = self.given();
        stdin.seek(SeekFrom::Start(0))?;
        for (mut file, _) in [stdout, stderr, result]
            .into_iter()
            .zip(said)
            .filter(|(_, said)| *said)
        {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
        }
        self.stdin.write_all_at(job.stdin, 0)?;
        if job.payload.is_empty() {
            return Ok(());
        }
        self.job.set_len(job.payload.len() as u64)?;
        self.job.write_all_at(job.payload, 0)
    }

    /// The files that the program gets, in the order in which it does.
    fn given(&self) -> [&File; 5] {
        let (stdin, job) = match &self.batch {
            Some(batch) => (&batch.stdin, &batch.job),
            None => (&self.stdin, &self.job),
        };
        [stdin, &self.stdout, &self.stderr, job, &self.result]
    }

    /// Everything written so far, at most `limit` bytes of each file.
    pub(crate) fn written(&self, limit: u64) -> io::Result<Written> {
        Ok(Written {
            stdout: contents(&self.stdout, limit)?,
            stderr: contents(&self.stderr, limit)?,
            result: contents(&self.result, limit)?,
        })
    }

    /// What is sent to the program.
    pub(crate) fn descriptors(&self) -> Vec<RawFd> {
        let mut descriptors = self.given().map(AsRawFd::as_raw_fd).to_vec();
        descriptors.extend(
            self.batch
                .iter()
                .map(|batch| batch.their_channel.as_raw_fd()),
        );
        descriptors
    }

    /// Ends the batch with its current job.
    pub(crate) fn close_channel(&mut self) {
        self.batch = None;
    }

    /// Our end of the channel of a batch.
    pub(crate) fn channel(&self) -> Option<&OwnedFd> {
        self.batch.as_ref().map(|batch| &batch.channel)
    }
}

fn contents(file: &File, limit: u64) -> io::Result<Vec<u8>> {
    let mut beginning = [0; USUAL];
    let length = file.read_at(&mut beginning, 0)?;
    if length < USUAL {
        return Ok(beginning[..length.min(limit as usize)].to_vec());
    }
    let length = file.metadata()?.len().min(limit);
    let mut bytes = vec![0; length as usize];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn read(file: &File) -> Vec<u8> {
        contents(file, 1 << 20).unwrap()
    }

    #[test]
    fn a_refilled_batch_holds_the_next_job_and_nothing_of_the_one_before() {
        let job = |payload, stdin| Job { payload, stdin };
        let jobs = [
            job(&b"a long payload"[..], &b"1\n2\n3\n"[..]),
            job(b"short", b""),
            job(b"a longer payload again", b"4\n"),
        ];
        let files = RunFiles::batch(&jobs[0]).unwrap();
        for pair in jobs.windows(2) {
            (&files.stdout).write_all(b"said").unwrap();
            (&files.stdin).seek(SeekFrom::End(0)).unwrap();
            files
                .refill(&pair[0], &pair[1], [true, false, false])
                .unwrap();
            assert_eq!(read(&files.job), pair[1].payload);
            assert_eq!(read(&files.stdin), pair[1].stdin);
            assert_eq!(read(&files.stdout), b"");
            assert_eq!((&files.stdout).stream_position().unwrap(), 0);
        }
    }

    #[test]
    fn contents_are_cut_at_the_limit_however_long() {
        let file = sys::memory_file(c"test", false).unwrap();
        for (length, limit) in [(10, 4), (10, 100), (USUAL, 7), (3 * USUAL, 2 * USUAL)] {
            file.write_all_at(&vec![b'x'; length], 0).unwrap();
            assert_eq!(
                contents(&file, limit as u64).unwrap().len(),
                limit.min(length)
            );
        }
    }
}
