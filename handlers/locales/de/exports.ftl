export-begun = Die Datei wird geschrieben; sie kommt als Direktnachricht.
export-done = Deine Issues ({ $query }). In einem Channel mit Lodge abgelegt, lässt sich diese Datei importieren.
usage-export = { $command } export [Abfrage]
help-export = Schickt dir die Issues einer Abfrage samt Kommentaren als CSV-Datei, die jedes Lodge importieren kann.
