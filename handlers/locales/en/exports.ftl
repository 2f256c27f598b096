export-begun = I am writing the file; it comes as a direct message.
export-done = Your issues ({ $query }). Drop this file in a channel of any Lodge to import it.
usage-export = { $command } export [query]
help-export = Sends you the issues a query finds, with their comments, as a CSV file that any Lodge can import.
