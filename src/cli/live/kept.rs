//! What a live call leaves behind, and where.

use std::path::PathBuf;

use clap::Args;
use codetta::Result;
use codetta::call::{FolderKeeper, Keeper};
use codetta::listen::Listener;

#[derive(Args)]
pub struct KeepOptions {
    /// Keep the call's report and tasks to call back in this folder
    #[arg(long, value_name = "FOLDER")]
    records: Option<PathBuf>,

    /// The caller did not agree to recording: nothing of what is said is kept
    #[arg(long)]
    pub no_recording: bool,

    /// The ledger in which the call is kept, if one is named
    #[cfg(feature = "ledger")]
    #[command(flatten)]
    key: crate::cli::ledger::key::KeyOptions,

    #[cfg(feature = "ledger")]
    #[command(flatten)]
    about: About,
}

/// What the ledger is told of a call beside what happens in it.
#[cfg(feature = "ledger")]
#[derive(Args, Clone)]
struct About {
    /// The customer who is called, as your CRM names them; sealed in the ledger
    #[arg(long, value_name = "ID", requires = "ledger")]
    customer: Option<String>,

    /// Who rendered the service, for the ledger
    #[arg(long, value_name = "NAME", requires = "ledger")]
    agent: Option<String>,

    /// Queue of the call, for the ledger
    #[arg(long, value_name = "NAME", requires = "ledger")]
    queue: Option<String>,

    /// Product that was served, for the ledger
    #[arg(long, value_name = "NAME", requires = "ledger")]
    product: Option<String>,
}

impl KeepOptions {
    /// `listener` names the models that take part; `brand` and `channel` are those of the call.
    pub fn keeper(&self, listener: &Listener, brand: Option<&str>, channel: &str) -> Result<Box<dyn Keeper>> {
        let keeper: Box<dyn Keeper> = match &self.records {
            Some(folder) => Box::new(FolderKeeper::open(folder)?),
            None => Box::new(()),
        };
        #[cfg(feature = "ledger")]
        if self.key.ledger.is_some() {
            let describe = self.about.describe(listener, brand, channel)?;
            return Ok(Box::new(codetta::call::LedgerKeeper::new(self.key.open()?, keeper, describe)));
        }
        #[cfg(not(feature = "ledger"))]
        let _ = (listener, brand, channel);
        Ok(keeper)
    }
}

#[cfg(feature = "ledger")]
impl About {
    fn describe(&self, listener: &Listener, brand: Option<&str>, channel: &str) -> Result<codetta::call::Describe> {
        use codetta::record::Customer;
        let (about, brand, channel) = (self.clone(), brand.map(str::to_owned), channel.to_owned());
        let models = listener.models()?;
        let finder = codetta::sentiment::KeywordFinder::new()?;
        Ok(Box::new(move |record| {
            record.customer = about.customer.clone().map(|id| Customer { id, name: None, phone: None });
            (record.agent, record.queue) = (about.agent.clone(), about.queue.clone());
            (record.product, record.brand) = (about.product.clone(), brand.clone());
            record.channel = Some(channel.clone());
            record.models.clone_from(&models);
            record.note_words(&finder);
        }))
    }
}
