workflow-failed = Es wurde kein Issue angelegt: { $why } Ändere den Schritt im Workflow und lass ihn noch einmal laufen.
workflow-given-up = Dieser Schritt wurde aufgegeben: Ich konnte meine Datenbank einige Minuten lang nicht erreichen. Sieh nach, ob das Issue da ist; wenn nicht, lass den Workflow noch einmal laufen.
