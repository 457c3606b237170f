//! The text side of a model: its tokenizer, its chat template, and what ends its answers.

use std::path::{Path, PathBuf};

use scrl_policy::{Gguf, ModelConfig, Value};
use serde_json::{Map, Value as Json};

use crate::date::Date;
use crate::error::{Error, read, read_json};
use crate::gguf;
use crate::prompt::Message;
use crate::special::{Specials, end_tokens, specials};
use crate::template::ChatTemplate;
use crate::tokenizer::Tokenizer;

/// Everything about a model that is text.
#[derive(Debug)]
pub struct ModelText {
    path: PathBuf,
    tokenizer: Tokenizer,
    template: Option<ChatTemplate>,
    end_tokens: Vec<u32>,
}

impl ModelText {
    /// Reads a model's folder, or its GGUF file.
    ///
    /// # Errors
    /// If there is no tokenizer, if it does not fit the model, or if a file is wrong.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let (text, rows) = if path.is_file() {
            let file = Gguf::open(path)?;
            (Self::from_gguf(path, &file)?, file.config().vocabulary)
        } else {
            let config = ModelConfig::read(&path.join("config.json"))?;
            (Self::from_folder(path)?, config.vocabulary)
        };
        text.tokenizer.check_embedding(rows)?;
        Ok(text)
    }

    fn from_gguf(path: &Path, file: &Gguf) -> Result<Self, Error> {
        let metadata = file.metadata();
        let template = match metadata.get("tokenizer.chat_template") {
            Some(Value::Text(source)) => {
                let specials = gguf::specials(path, metadata)?;
                Some(ChatTemplate::new(path, source, specials)?)
            }
            _ => None,
        };
        Ok(Self {
            path: path.to_path_buf(),
            tokenizer: gguf::tokenizer(path, metadata)?,
            template,
            end_tokens: gguf::end_tokens(metadata),
        })
    }

    fn from_folder(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("tokenizer.json");
        let description = read(&path)?.ok_or_else(|| {
            Error::invalid(
                &path,
                "is not there; `AutoTokenizer.from_pretrained(...).save_pretrained(...)` of transformers writes it from other forms",
            )
        })?;
        let mut tokenizer = Tokenizer::new(&path, &description)?;
        let config = Config::read(folder)?;
        if let Some(begins) = config.adds_first() {
            let first = config.specials.get("bos_token").filter(|_| begins);
            let first = first.and_then(|token| tokenizer.id(token));
            tokenizer.begin_with(first.into_iter().collect());
        }
        let mut end_tokens = end_tokens(folder)?;
        let named = config.specials.get("eos_token");
        end_tokens.extend(named.and_then(|token| tokenizer.id(token)));
        end_tokens.sort_unstable();
        end_tokens.dedup();
        Ok(Self {
            path: folder.to_path_buf(),
            tokenizer,
            template: config.template(folder)?,
            end_tokens,
        })
    }

    /// Its tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// Its chat template, if it has one.
    pub fn template(&self) -> Option<&ChatTemplate> {
        self.template.as_ref()
    }

    /// The tokens that end an answer.
    pub fn end_tokens(&self) -> &[u32] {
        &self.end_tokens
    }

    /// The prompt for an answer to a chat on a day, with the special tokens that the template writes.
    ///
    /// # Errors
    /// If there is no template, or if it refuses the chat.
    pub fn chat(&self, messages: &[Message], date: Date) -> Result<String, Error> {
        let template = self.template.as_ref().ok_or_else(|| Error::NoTemplate {
            path: self.path.clone(),
        })?;
        template.render(messages, date)
    }

    /// An answer's tokens without the one that ended it, if one did.
    pub fn without_end<'t>(&self, tokens: &'t [u32]) -> &'t [u32] {
        match tokens {
            [said @ .., last] if self.end_tokens.contains(last) => said,
            said => said,
        }
    }
}

/// What `tokenizer_config.json` says.
struct Config {
    path: PathBuf,
    values: Map<String, Json>,
    specials: Specials,
}

impl Config {
    fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("tokenizer_config.json");
        let values: Map<String, Json> = read_json(&path)?.unwrap_or_default();
        // Where older versions of transformers kept them.
        let map: Option<Map<String, Json>> = read_json(&folder.join("special_tokens_map.json"))?;
        let mut specials = map.as_ref().map(self::specials).unwrap_or_default();
        specials.extend(self::specials(&values));
        Ok(Self {
            path,
            values,
            specials,
        })
    }

    /// Whether the first special token goes before every text. The Llama classes of transformers 4, for which models with
    /// this setting were published, let it overrule what `tokenizer.json` says.
    fn adds_first(&self) -> Option<bool> {
        let class = self.values.get("tokenizer_class")?.as_str()?;
        let obeys = class.starts_with("LlamaTokenizer") || class.starts_with("CodeLlamaTokenizer");
        self.values
            .get("add_bos_token")?
            .as_bool()
            .filter(|_| obeys)
    }

    /// `chat_template.jinja`, else `chat_template`: one, or several with names of which `default` is meant.
    fn template(&self, folder: &Path) -> Result<Option<ChatTemplate>, Error> {
        let path = folder.join("chat_template.jinja");
        let specials = self.specials.clone();
        if let Some(bytes) = read(&path)? {
            let source =
                String::from_utf8(bytes).map_err(|_| Error::invalid(&path, "is not UTF-8"))?;
            return ChatTemplate::new(&path, &source, specials).map(Some);
        }
        let source = match self.values.get("chat_template") {
            None | Some(Json::Null) => return Ok(None),
            Some(Json::String(source)) => source.as_str(),
            Some(Json::Array(named)) => self.default_of(named)?,
            Some(_) => {
                return Err(Error::invalid(
                    &self.path,
                    "`chat_template` is neither text nor a list",
                ));
            }
        };
        ChatTemplate::new(&self.path, source, specials).map(Some)
    }

    fn default_of<'t>(&self, named: &'t [Json]) -> Result<&'t str, Error> {
        let is_default =
            |entry: &&Json| entry.get("name").and_then(Json::as_str) == Some("default");
        named
            .iter()
            .find(is_default)
            .and_then(|entry| entry.get("template")?.as_str())
            .ok_or_else(|| {
                Error::invalid(
                    &self.path,
                    "none of the templates in `chat_template` has the name `default`",
                )
            })
    }
}
