"""The networks. numpy_core holds the cells from scratch; the other modules begin with their app's name.

dinos, shakespeare, jazz and emojify have the course's functions under the course's names, NAME_training
trains, improviser plays what jazz has learnt, comparison* are apps.compare's, and export_NAME is the same
network once more, as a graph for a server.
"""
