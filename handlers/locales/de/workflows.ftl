workflow-failed = Es wurde kein Vorgang angelegt: { $why } Ändere den Schritt im Workflow und lass ihn noch einmal laufen.
