//! What stands between text and a model's tokens: prompts, chat templates, tokenizers, stop strings.
//!
//! A [`ModelText`] is read from the folder or GGUF file of a model. It turns a prompt into token ids, by the model's own
//! template where a chat is wanted, and a [`Transcript`] turns the ids of an answer back into text while they come.

mod date;
mod error;
mod gguf;
mod model_text;
mod new_text;
mod prompt;
mod special;
mod template;
mod tokenizer;
mod transcript;
mod vocabulary;

pub use date::Date;
pub use error::Error;
pub use model_text::ModelText;
pub use new_text::write_new_text;
pub use prompt::{Message, PromptStyle, answer, completion, messages};
pub use template::ChatTemplate;
pub use tokenizer::Tokenizer;
pub use transcript::Transcript;
