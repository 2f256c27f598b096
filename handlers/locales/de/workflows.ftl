workflow-failed = Es wurde kein Issue angelegt: { $why } Ändere den Schritt im Workflow und lass ihn noch einmal laufen.
