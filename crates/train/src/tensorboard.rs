//! Event files as `TensorBoard` reads them.
//!
//! A file is a row of records: length (u64), its masked checksum, bytes, their masked checksum. The bytes are an `Event` of
//! `tensorboard/compat/proto/event.proto`; the checksum is CRC-32C (RFC 3720, appendix B.4), masked as `((c >> 15) | (c << 17)) + 0xa282ead8`.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// Writes numbers by step.
#[derive(Debug)]
pub struct EventFile {
    file: File,
}

impl EventFile {
    /// Makes a file in a folder; `seconds` since 1970 and `number` make its name, which readers sort by.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn create(folder: &Path, seconds: f64, number: u32) -> io::Result<Self> {
        let name = format!("events.out.tfevents.{:010}.scrl.{number}", seconds as u64);
        let mut file = Self {
            file: File::create(folder.join(name))?,
        };
        let mut event = Vec::new();
        double(&mut event, 1, seconds);
        bytes(&mut event, 3, b"brain.Event:2");
        file.record(&event)?;
        Ok(file)
    }

    /// Writes the numbers of a step.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn write(&mut self, seconds: f64, step: u64, numbers: &[(&str, f64)]) -> io::Result<()> {
        let mut summary = Vec::new();
        for (tag, number) in numbers {
            let mut value = Vec::new();
            bytes(&mut value, 1, tag.as_bytes());
            value.push(2 << 3 | 5);
            value.extend((*number as f32).to_le_bytes());
            bytes(&mut summary, 1, &value);
        }
        let mut event = Vec::new();
        double(&mut event, 1, seconds);
        event.push(2 << 3);
        varint(&mut event, step);
        bytes(&mut event, 5, &summary);
        self.record(&event)
    }

    fn record(&mut self, event: &[u8]) -> io::Result<()> {
        let length = (event.len() as u64).to_le_bytes();
        let mut record = length.to_vec();
        record.extend(masked(&length).to_le_bytes());
        record.extend(event);
        record.extend(masked(event).to_le_bytes());
        self.file.write_all(&record)
    }
}

fn double(to: &mut Vec<u8>, field: u8, number: f64) {
    to.push(field << 3 | 1);
    to.extend(number.to_le_bytes());
}

fn bytes(to: &mut Vec<u8>, field: u8, content: &[u8]) {
    to.push(field << 3 | 2);
    varint(to, content.len() as u64);
    to.extend(content);
}

fn varint(to: &mut Vec<u8>, mut number: u64) {
    while number >= 128 {
        to.push(number as u8 | 128);
        number >>= 7;
    }
    to.push(number as u8);
}

fn masked(content: &[u8]) -> u32 {
    crc32c(content).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// Bit by bit: these files are small.
fn crc32c(content: &[u8]) -> u32 {
    let bit = |crc: u32, _| (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg());
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), bit);
    !content.iter().fold(u32::MAX, byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 3720, appendix B.4.
    #[test]
    fn checksums_are_those_of_the_standard() {
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        let rising: Vec<u8> = (0..32).collect();
        assert_eq!(crc32c(&rising), 0x46dd_794e);
    }

    #[test]
    fn a_record_is_laid_out_as_readers_want_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = EventFile::create(folder.path(), 1.5, 0).unwrap();
        file.write(2.5, 300, &[("loss", 0.25)]).unwrap();
        let path = folder.path().join("events.out.tfevents.0000000001.scrl.0");
        let written = std::fs::read(path).unwrap();
        let first = 8 + 4 + 24 + 4;
        assert_eq!(written[0], 24);
        assert_eq!(&written[12..21], [&[9][..], &1.5f64.to_le_bytes()].concat());
        let event = &written[first + 12..written.len() - 4];
        let want = [
            &[9][..],
            &2.5f64.to_le_bytes(),
            &[16, 0xac, 2, 42, 13, 10, 11, 10, 4],
            b"loss",
            &[21],
            &0.25f32.to_le_bytes(),
        ];
        assert_eq!(event, want.concat());
    }
}
