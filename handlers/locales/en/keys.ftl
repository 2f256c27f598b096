keys-none = This message names no issue that you can see. Issues are called like { $key }.
