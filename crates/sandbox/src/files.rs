//! What a zygote's programs read and write: memory files, and the pipes of batches. They are made once for a zygote and
//! emptied for each run, because making them takes as long as a small program.
//!
//! A program shares the offsets and flags of what it is given, and no more: what it reads it cannot write, what it
//! writes cannot be sealed, and the pipes have other ends for us, whose flags are ours.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::FileExt;

use crate::outcome::Job;
use crate::protocol::PASSED;
use crate::sys;

/// What most programs write fits into it.
const USUAL: usize = 4096;

/// The files of a zygote's runs.
#[derive(Debug)]
pub(crate) struct RunFiles {
    stdin: Input,
    job: Input,
    stdout: Output,
    stderr: Output,
    result: Output,
    /// From us to the child of a batch.
    next: Pipe,
    /// From the child of a batch to us.
    done: Pipe,
}

/// What a job left in the files.
pub(crate) struct Written {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) result: Vec<u8>,
}

impl RunFiles {
    pub(crate) fn create() -> io::Result<Self> {
        let next = sys::pipe()?;
        let done = sys::pipe()?;
        Ok(Self {
            stdin: Input::create()?,
            job: Input::create()?,
            stdout: Output::create()?,
            stderr: Output::create()?,
            result: Output::create()?,
            next: Pipe {
                reader: sys::own_reader(&next.0)?,
                writer: sys::own_writer(&next.1)?,
                given: next.0,
            },
            done: Pipe {
                reader: sys::own_reader(&done.0)?,
                writer: sys::own_writer(&done.1)?,
                given: done.1,
            },
        })
    }

    /// What the zygote gets, in the order in which it does, but for the last, which is not ours.
    pub(crate) fn descriptors(&self, hello: &OwnedFd) -> [RawFd; PASSED] {
        [
            self.stdin.given.as_raw_fd(),
            self.stdout.file.as_raw_fd(),
            self.stderr.file.as_raw_fd(),
            self.job.given.as_raw_fd(),
            self.result.file.as_raw_fd(),
            self.next.given.as_raw_fd(),
            self.done.given.as_raw_fd(),
            hello.as_raw_fd(),
        ]
    }

    /// Puts the first job of a run in place, and leaves nothing of the run before. No program may be running.
    pub(crate) fn begin(&self, job: &Job<'_>) -> io::Result<()> {
        for output in self.outputs() {
            output.empty()?;
        }
        for pipe in [&self.next, &self.done] {
            pipe.empty()?;
        }
        for (input, bytes) in [(&self.stdin, job.stdin), (&self.job, job.payload)] {
            sys::clear_flags(&input.given)?;
            input.fill(bytes)?;
        }
        Ok(())
    }

    /// Puts `job` of a batch in the place of the one before it, which has `said` something on standard output, standard
    /// error, or as its result. One without payload has that of the one before.
    pub(crate) fn refill(&self, job: &Job<'_>, said: [bool; 3]) -> io::Result<()> {
        for (output, _) in self.outputs().into_iter().zip(said).filter(|(_, it)| *it) {
            output.begin_again()?;
        }
        self.stdin.fill(job.stdin)?;
        if job.payload.is_empty() {
            return Ok(());
        }
        self.job.fill(job.payload)
    }

    fn outputs(&self) -> [&Output; 3] {
        [&self.stdout, &self.stderr, &self.result]
    }

    /// Everything that the current job has written so far, at most `limit` bytes of each file.
    pub(crate) fn written(&self, limit: u64) -> io::Result<Written> {
        Ok(Written {
            stdout: self.stdout.contents(limit)?,
            stderr: self.stderr.contents(limit)?,
            result: self.result.contents(limit)?,
        })
    }

    /// What becomes readable when the child of a batch says something.
    pub(crate) fn done(&self) -> &File {
        &self.done.reader
    }

    /// What the child of a batch said, if it did.
    pub(crate) fn hear(&self) -> io::Result<Option<[u8; 2]>> {
        let mut bytes = [0; 2];
        match (&self.done.reader).read(&mut bytes) {
            Ok(_) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Tells the child of a batch one byte.
    pub(crate) fn tell(&self, byte: u8) -> io::Result<()> {
        (&self.next.writer).write_all(&[byte])
    }
}

/// What programs read.
#[derive(Debug)]
struct Input {
    file: File,
    /// The same for programs: it cannot be written to, and has an offset of its own.
    given: File,
    length: Cell<usize>,
}

impl Input {
    fn create() -> io::Result<Self> {
        let file = sys::memory_file(c"input")?;
        Ok(Self {
            given: sys::own_reader(&file)?,
            file,
            length: Cell::new(0),
        })
    }

    fn fill(&self, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() < self.length.replace(bytes.len()) {
            self.file.set_len(bytes.len() as u64)?;
        }
        if !bytes.is_empty() {
            self.file.write_all_at(bytes, 0)?;
        }
        (&self.given).rewind()
    }
}

/// What programs write.
#[derive(Debug)]
struct Output {
    file: File,
    /// Bytes from its start that may be of an earlier job of the batch: to give a page back and to get one for the next
    /// job takes as long as all else that a job needs of us.
    stale: Cell<u64>,
}

impl Output {
    fn create() -> io::Result<Self> {
        let file = sys::memory_file(c"output")?;
        Ok(Self {
            file,
            stale: Cell::new(0),
        })
    }

    fn empty(&self) -> io::Result<()> {
        if (&self.file).seek(SeekFrom::End(0))? > 0 {
            self.file.set_len(0)?;
        }
        self.stale.set(0);
        (&self.file).rewind()?;
        sys::clear_flags(&self.file)
    }

    /// The next job writes from the start, over what is there if that is little.
    fn begin_again(&self) -> io::Result<()> {
        let mut length = (&self.file).seek(SeekFrom::End(0))?;
        if length > USUAL as u64 {
            self.file.set_len(0)?;
            length = 0;
        }
        self.stale.set(length);
        (&self.file).rewind()
    }

    fn contents(&self, limit: u64) -> io::Result<Vec<u8>> {
        let mut beginning = [0; USUAL];
        let mut length = self.file.read_at(&mut beginning, 0)? as u64;
        if self.stale.get() > 0 {
            // Programs write forwards. One that moves about in its output ends with what comes before its place, and is
            // run again by itself if that is not what was asked for.
            let place = (&self.file).stream_position()?;
            if place < self.stale.get() {
                length = place;
            }
        }
        if length < USUAL as u64 {
            return Ok(beginning[..length.min(limit) as usize].to_vec());
        }
        let length = self.file.metadata()?.len().min(limit);
        let mut bytes = vec![0; length as usize];
        self.file.read_exact_at(&mut bytes, 0)?;
        Ok(bytes)
    }
}

/// A pipe of which programs have one end. Ours never wait, whatever flags a program sets.
#[derive(Debug)]
struct Pipe {
    reader: File,
    writer: File,
    given: OwnedFd,
}

impl Pipe {
    /// Whatever is in it is of an earlier run.
    fn empty(&self) -> io::Result<()> {
        let mut bytes = [0; USUAL];
        loop {
            match (&self.reader).read(&mut bytes) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        sys::clear_flags(&self.given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(output: &Output) -> Vec<u8> {
        output.contents(1 << 20).unwrap()
    }

    fn read(mut file: &File) -> Vec<u8> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    fn job(payload: &'static [u8], stdin: &'static [u8]) -> Job<'static> {
        Job { payload, stdin }
    }

    #[test]
    fn a_job_finds_itself_and_nothing_of_the_one_before() {
        let jobs = [
            job(b"a long payload", b"1\n2\n3\n"),
            job(b"short", b""),
            job(b"a longer payload again", b"4\n"),
        ];
        let files = RunFiles::create().unwrap();
        for (number, job) in jobs.iter().chain(&jobs).enumerate() {
            if number == 1 || number == 2 {
                files.refill(job, [true, false, false]).unwrap();
            } else {
                files.begin(job).unwrap();
            }
            assert_eq!(read(&files.job.given), job.payload);
            assert_eq!(read(&files.stdin.given), job.stdin);
            assert_eq!(contents(&files.stdout), b"");
            let said = &b"said more"[..9 - 2 * number.min(3)];
            (&files.stdout.file).write_all(said).unwrap();
            assert_eq!(contents(&files.stdout), said);
        }
    }

    #[test]
    fn nothing_is_left_for_the_next_run() {
        let files = RunFiles::create().unwrap();
        files.begin(&job(b"", b"")).unwrap();
        (&files.stdout.file).write_all(&[b'x'; 10]).unwrap();
        files.refill(&job(b"", b""), [true, false, false]).unwrap();
        (&files.stdout.file).write_all(b"y").unwrap();
        files.tell(b'N').unwrap();
        (&files.done.writer).write_all(b"Dx more").unwrap();
        files.begin(&job(b"", b"")).unwrap();
        assert_eq!(files.stdout.file.metadata().unwrap().len(), 0);
        assert_eq!(files.hear().unwrap(), None);
        let left = (&files.next.reader).read(&mut [0]);
        assert_eq!(left.unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn a_page_is_kept_within_a_batch_and_a_long_output_is_not() {
        let output = Output::create().unwrap();
        (&output.file).write_all(b"first").unwrap();
        output.begin_again().unwrap();
        assert_eq!((contents(&output), output.stale.get()), (vec![], 5));
        (&output.file).write_all(b"2nd").unwrap();
        assert_eq!(contents(&output), b"2nd");
        (&output.file).write_all(&[b'x'; USUAL]).unwrap();
        assert_eq!(contents(&output).len(), USUAL + 3);
        output.begin_again().unwrap();
        assert_eq!((contents(&output), output.stale.get()), (vec![], 0));
    }

    #[test]
    fn contents_are_cut_at_the_limit_however_long() {
        let output = Output::create().unwrap();
        for (length, limit) in [(10, 4), (10, 100), (USUAL, 7), (3 * USUAL, 2 * USUAL)] {
            output.file.write_all_at(&vec![b'x'; length], 0).unwrap();
            assert_eq!(
                output.contents(limit as u64).unwrap().len(),
                limit.min(length)
            );
        }
    }
}
